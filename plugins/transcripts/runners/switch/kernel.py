"""The system calls that Python's standard library of 3.11 lacks, through the C library."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import time
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
_REQUESTS, _BETWEEN_REQUESTS = 20, 0.05
_CAPABILITIES_3 = 0x20080522

_NOT_WAITING = 0x40
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
_SCHEDULING = struct.Struct("=IIQiIQQQ")
"""The first version of struct sched_attr of linux/sched/types.h."""
_SHORT_TURN = 100_000
"""Nanoseconds, the least that may be asked for."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Part(ctypes.Structure):
    """struct iovec of readv(2)."""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """struct msghdr of recvmsg(2)."""

    _fields_ = (
        *(("name", ctypes.c_void_p), ("name_size", ctypes.c_uint)),
        *(("parts", ctypes.c_void_p), ("count", ctypes.c_size_t)),
        *(("control", ctypes.c_void_p), ("control_size", ctypes.c_size_t)),
        ("flags", ctypes.c_int),
    )


class _Head(ctypes.Structure):
    """struct mmsghdr of recvmmsg(2)."""

    _fields_ = (("message", _Message), ("size", ctypes.c_uint))


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


class Inbox:
    """Room for messages of sockets, of which many are received in one system call."""

    def __init__(self, most: int, size: int) -> None:
        self.data = bytearray(most * size)
        """The messages, one after the other; of a longer one only the first ``size`` bytes."""
        places = (ctypes.c_char * size * most).from_buffer(self.data)
        self._parts = (_Part * most)(*(_Part(ctypes.addressof(place), size) for place in places))
        step, first = ctypes.sizeof(_Part), ctypes.addressof(self._parts)
        messages = (_Message(parts=first + at * step, count=1) for at in range(most))
        self._heads = (_Head * most)(*map(_Head, messages))

    def receive(self, fd: int) -> int:
        """How many there were, as far as there is room. Raises OSError."""
        while True:
            found: int = _libc.recvmmsg(fd, self._heads, len(self._heads), _NOT_WAITING, None)
            if found >= 0:
                return found
            if ctypes.get_errno() == errno.EAGAIN:
                return 0
            if ctypes.get_errno() != errno.ENOBUFS:  # some were lost, which the kernel counts
                _check(found)


def be_prompt() -> None:
    """Let this thread run when its timers are due, before others that would run for long."""
    _check(_libc.prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0))
    number = _SCHED_SETATTR.get(platform.machine())
    if number:  # since Linux 6.12 its request is taken; before, it changes nothing
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        wanted = _SCHEDULING.pack(_SCHEDULING.size, 0, 0, nice, 0, _SHORT_TURN, 0, 0)
        _libc.syscall(number, 0, wanted, 0)


def stand_back() -> None:
    """Have this session of processes leave the processors to those that have not said so.

    The scheduler counts each session as one, so with one for each host, the one that delays
    packets would be one of hundreds. Nothing of it is seen in the session: its own nice value
    stays 0. Source: sched(7), "The autogroup feature".
    """
    for _ in range(_REQUESTS):
        try:
            Path("/proc/self/autogroup").write_text(_BACK)
        except BlockingIOError:  # of all sessions one is heard in a tenth of a second
            time.sleep(_BETWEEN_REQUESTS)
        except OSError:  # a kernel that schedules each process for itself
            return
        else:
            return
