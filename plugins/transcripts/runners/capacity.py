"""Whether this machine can carry as many hosts as a post declares, before any is made."""

from __future__ import annotations

import resource
from pathlib import Path

from ..model import World
from . import wiring
from .sandbox import Refused

_BYTES = 1 << 20
"""Memory of a host: the kernel's 150 kB, its files, and a small process."""
_SECONDS = 0.005
"""To make a host and remove it."""
_OTHER_FILES = 200


def check_hosts(world: World) -> None:
    """Raises Refused, at the last of the lines that declare hosts, where there are too many."""
    count = len(world.hosts)
    if not count:
        return
    most = min(wiring.MOST_HOSTS, _by_memory(), _by_files())
    if count > most:
        raise Refused(
            f"{world.hosts[-1].location}: {count} hosts need about {count * _BYTES >> 20} MB of"
            f" memory and {count * _SECONDS:.0f} s to be made, and this machine carries {most};"
            " declare fewer"
        )


def _by_memory() -> int:
    """Half of what is free is the clients'."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024 // 2 // _BYTES
    return wiring.MOST_HOSTS


def _by_files() -> int:
    """Each namespace is held open by a descriptor, and two while it is made."""
    return (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - _OTHER_FILES) // 2
