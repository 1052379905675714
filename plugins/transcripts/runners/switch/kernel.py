"""The system calls that Python's standard library of 3.11 lacks, through the C library."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from pathlib import Path

NEW_MOUNTS, NEW_UTS, NEW_USER, NEW_PIDS, NEW_NET = (
    0x00020000,
    0x04000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
BIND, RECURSIVE, PRIVATE, DETACH = 0x1000, 0x4000, 0x40000, 2
READ_ONLY, REMOUNT = 1, 32
NO_SUID, NO_DEVICES, NO_EXEC = 2, 4, 8
_PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _CLEAR_ALL, _LAST_CAPABILITY = 24, 47, 4, 63
_PR_SET_TIMERSLACK = 29
_BACK = "5"
_CAPABILITIES_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def unshare(kinds: int) -> None:
    """Begin new namespaces of these kinds."""
    _check(_libc.unshare(kinds))


def enter(fd: int, kind: int) -> None:
    """Enter the namespace behind a descriptor."""
    _check(_libc.setns(fd, kind))


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    """Attach a file system, or a part of one, as the manual says."""
    words = (source.encode(), target.encode(), kind.encode())
    _check(_libc.mount(*words, ctypes.c_ulong(flags), data.encode()))


def unmount(target: str) -> None:
    """Take a file system out of sight, though files of it be open."""
    _check(_libc.umount2(target.encode(), DETACH))


def host_name(name: str) -> None:
    """Name the host of this namespace."""
    _check(_libc.sethostname(name.encode(), len(name.encode())))


def keep_capabilities(kept: frozenset[int]) -> None:
    """Let this process, and all that it starts, have no others than these of the first 32."""
    _check(_libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0))
    for capability in range(_LAST_CAPABILITY):
        if capability not in kept and _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # the kernel knows no more
    low = sum(1 << capability for capability in kept)
    header = struct.pack("=Ii", _CAPABILITIES_3, 0)
    _check(_libc.capset(header, struct.pack("=6I", low, low, 0, 0, 0, 0)))


def wake_in_time() -> None:
    """Let timers of this thread expire when they are due, not 50 microseconds later."""
    _check(_libc.prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0))


def stand_back() -> None:
    """Have this session of processes leave the processors to those that have not said so.

    The scheduler counts each session as one, so the one that delays packets would be one of
    hundreds. Nothing of it is seen in the session: its own nice value stays 0.
    """
    with contextlib.suppress(OSError):  # a kernel that schedules each process for itself
        Path("/proc/self/autogroup").write_text(_BACK)
