"""Makes the disks of a machine: sparse files without a name, of which nothing is left."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..model import Mount, World
from .sandbox import Refused

_PLACE = Path("/var/tmp")  # noqa: S108 — on a disk, where /tmp may be memory
_MOST = 16
"""As many disks as a User-mode Linux has."""


def check_mounts(world: World) -> None:
    """Raises Refused, with the place, for a mount that this computer or the machine cannot hold."""
    free, disks = _free(), 0
    memory = world.environment.limits.memory
    for mount in world.mounts:
        if mount.kind == "tmpfs":
            if mount.size > memory:
                raise _refused(mount, f"the machine has {_mebibytes(memory)} of memory")
            continue
        free, disks = free - mount.size, disks + 1
        if disks > _MOST:
            raise Refused(f"{mount.location}: a machine has {_MOST} disks at most; remove this one")
        if free < 0:
            raise _refused(mount, f"{_PLACE} has {_mebibytes(free + mount.size)} left for it")


def make_disks(mounts: tuple[Mount, ...], ours: contextlib.ExitStack) -> Iterator[int]:
    """A descriptor for each disk, open until the stack is left."""
    for mount in mounts:
        if mount.kind != "tmpfs":
            file = tempfile.TemporaryFile(dir=_PLACE)  # noqa: SIM115 — the stack closes it
            ours.enter_context(file)
            os.truncate(file.fileno(), mount.size)
            yield file.fileno()


def _free() -> int:
    found = os.statvfs(_PLACE)
    return found.f_bavail * found.f_frsize


def _refused(mount: Mount, reason: str) -> Refused:
    return Refused(
        f"{mount.location}: {mount.path} wants {_mebibytes(mount.size)}, but {reason};"
        " write a smaller size="
    )


def _mebibytes(size: int) -> str:
    return f"{max(0, size) >> 20} MiB"
