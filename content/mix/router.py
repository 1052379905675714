"""An I2P router in a network of routers that all know each other, and nobody else."""

import base64
import hashlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

from common import ADDRESS, HOST, ROLE, RUN, hops, together

HOME = Path.home() / RUN.name
TUNNEL = f"""[tracker]
type = server
host = 127.0.0.1
port = 6969
keys = tracker.dat
inbound.length = {hops}
outbound.length = {hops}
"""


def start():
    """Start the router twice; the second time it knows the others."""
    HOME.mkdir()
    (HOME / "tunnels.conf").write_text(TUNNEL)
    first = _process()
    while not all((HOME / name).exists() for name in ("router.info", "tracker.dat", "netDb/rA")):
        time.sleep(0.1)
    first.terminate()
    first.wait()
    known = RUN / "netDb"
    known.mkdir(parents=True, exist_ok=True)
    shutil.copy(HOME / "router.info", known / f"routerInfo-{HOST}.dat")
    together("known")
    shutil.copytree(known, HOME / "netDb/rA", dirs_exist_ok=True)
    second = _process()
    Bridge()  # libtorrent asks for it once, and never again if nobody answers
    return second


def tracker():
    """The name that the tracker of this host has inside of the network."""
    destination = (HOME / "tracker.dat").read_bytes()[:391]
    hashed = base64.b32encode(hashlib.sha256(destination).digest())
    return hashed.decode().lower().rstrip("=") + ".b32.i2p"


def session(name, options=""):
    """A session of the router's bridge, which it gives as soon as there are tunnels."""
    lengths = f" inbound.length={hops} outbound.length={hops}"
    ask = f"SESSION CREATE {options} ID={name} DESTINATION=TRANSIENT SIGNATURE_TYPE=7{lengths}"
    while "RESULT=OK" not in (bridge := Bridge()).say(ask):
        time.sleep(0.2)
    return bridge


class Bridge:
    """A connection with the router's bridge for programs, SAM, as soon as that is there."""

    def __init__(self):
        self.lines = None
        while not self.lines:
            try:
                self.lines = socket.create_connection(("127.0.0.1", 7656)).makefile("rw")
            except ConnectionRefusedError:
                time.sleep(0.1)
        self.say("HELLO VERSION MIN=3.1 MAX=3.1")

    def say(self, line):
        print(line, file=self.lines, flush=True)
        return self.lines.readline()


def _process():
    words = ["i2pd", "--conf=/shared/i2pd.conf", f"--datadir={HOME}", f"--host={ADDRESS}"]
    if ROLE == "relay":
        words.append("--floodfill")  # keeps the network's own table
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)
