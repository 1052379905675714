"""Seconds that publishing takes beside rclone and lftp: 300 files, 10 MB, 40 ms to and fro.

Run it alone, on a quiet machine: ``python -m tests.deploy.bench`` with ``plugins`` on the path.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from deploy import Front, publish
from deploy.targets import read_target

from . import servers, ssh_servers
from .conftest import options
from .proxy import Way, way
from .servers import Server

FILES, BYTES, DELAY = 300, 10_000_000, 0.020
"""The delay is that of one direction."""


def site(folder: Path) -> Path:
    """Pages in folders, of sizes as sites have them."""
    chance = random.Random(2009)
    weights = [chance.paretovariate(1.2) for _ in range(FILES)]
    for number, weight in enumerate(weights):
        path = folder / f"{number % 12:02}" / f"page-{number}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(int(BYTES * weight / sum(weights))))
    return folder


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(build: Path, server: Server, port: int) -> Callable[[], object]:
    target = read_target("bench", {**server.settings, "port": port})
    speak = Front(ask=lambda _: server.password, tell=lambda _: None)
    return lambda: publish(build, target, options(), speak)


def rclone(build: Path, server: Server, port: int) -> Callable[[], object]:
    settings = server.settings
    remote = f":sftp,host=127.0.0.1,port={port},user={settings['user']},key_file={settings['key']}"
    command = ["rclone", "sync", "--transfers", "32", "--checkers", "32", str(build)]
    where = f"{remote},shell_type=none:{settings['folder']}"
    environment = {**os.environ, "RCLONE_CONFIG": "/dev/null"}
    return lambda: subprocess.run(
        [*command, where], check=True, env=environment, capture_output=True
    )


def lftp(build: Path, server: Server, port: int) -> Callable[[], object]:
    settings = server.settings
    unasked = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    ssh = f"ssh -a -x -i {settings['key']} {unasked}"
    script = (
        f"set sftp:connect-program '{ssh}'; set sftp:max-packets-in-flight 64;"
        f" open -u {settings['user']},x -p {port} sftp://127.0.0.1;"
        f" mirror -R --parallel=8 --delete {build} {settings['folder']}"
    )
    return lambda: subprocess.run(["lftp", "-c", script], check=True, capture_output=True)


def measure(name: str, make: Callable[[Path, Server, int], Callable[[], object]]) -> None:
    with servers.place() as base, ssh_servers.sshd(base, chroot=False) as server:
        build = site(Path(tempfile.mkdtemp()))
        with way(Way(to=int(str(server.settings["port"])), delay=DELAY)) as slow:
            work = make(build, server, slow.port)
            first, again = seconds(work), min(seconds(work) for _ in range(3))
        shutil.rmtree(build)
    print(f"{name:8} {FILES / first:7.1f} files/s   unchanged {again:6.2f} s", flush=True)


if __name__ == "__main__":
    for tool in sys.argv[1:] or ("ours", "rclone", "lftp"):
        measure(tool, {"ours": ours, "rclone": rclone, "lftp": lftp}[tool])
