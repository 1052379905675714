"""What the programs of this page share."""

import os
import socket
import sys
import time
from pathlib import Path

run, hops, everyone = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
HOST = socket.gethostname()
ADDRESS = socket.gethostbyname(HOST)
ROLE = HOST.removeprefix("slow-").rstrip("0123456789")
RUN = Path("/shared", run)


def together(what):
    """Wait until everyone has come this far."""
    note(what, "")
    while len(os.listdir(RUN / what)) < everyone:
        time.sleep(0.2)


def note(what, words):
    """Write something down where all can read it."""
    place = RUN / what
    place.mkdir(parents=True, exist_ok=True)
    (place / f".{HOST}").write_text(words)
    (place / f".{HOST}").rename(place / HOST)


def sent():
    """Bytes that this host has sent."""
    lines = Path("/proc/net/dev").read_text().splitlines()
    return next(int(line.split()[9]) for line in lines if "eth0:" in line)
