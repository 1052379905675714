"""What all clients of a swarm do, of whatever kind they are."""

import os
import socket
import time
from pathlib import Path

HOST = socket.gethostname()


def together(run, what, everyone):
    """Wait until everyone has come this far, which the seed counts."""
    place = Path("/shared", run, what)
    all_there = place.with_suffix(".all")
    place.mkdir(parents=True, exist_ok=True)
    (place / HOST).touch()
    while not all_there.exists():
        if HOST == "seed" and len(os.listdir(place)) == everyone:
            all_there.touch()
        time.sleep(1)


def note(run, what, *words):
    """Write a line down where all can read it."""
    place = Path("/shared", run, what)
    place.mkdir(parents=True, exist_ok=True)
    (place / HOST).write_text(",".join(map(str, [HOST, *words])) + "\n")


def processors():
    """Time that the processors of the machine have been busy, and all there was."""
    times = [int(word) for word in Path("/proc/stat").read_text().split()[1:9]]
    return sum(times) - times[3] - times[4], sum(times)
