"""Seccomp filters as classic BPF programs: pure functions that make bytes.

``refusals`` closes kernel interfaces that namespaces leave open; ``notices`` has the kernel tell a
listener of each program that starts, or each file that is opened, which is how provenance knows
what really ran.
Source: seccomp(2), seccomp_unotify(2), linux/filter.h, linux/audit.h.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_LOAD, _RETURN = 0x20, 0x06
_JUMP_EQUAL, _JUMP_ABOVE, _JUMP_SET = 0x15, 0x25, 0x45
_ALLOW, _ERRNO, _NOTIFY = 0x7FFF0000, 0x00050000, 0x7FC00000
_SYSCALL, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

_AF_VSOCK = 40
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_X32_BIT = 0x40000000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Architecture:
    audit: int
    execve: int
    execveat: int
    openat: int
    ioctl: int
    socket: int
    seccomp: int
    refused: tuple[int, ...]
    """add_key, request_key, keyctl, bpf, userfaultfd, io_uring_setup, _enter, _register,
    perf_event_open, memfd_create, memfd_secret, shmget."""


_ARCHITECTURES = {
    "x86_64": _Architecture(
        audit=0xC000003E,
        execve=59,
        execveat=322,
        openat=257,
        ioctl=16,
        socket=41,
        seccomp=317,
        refused=(248, 249, 250, 321, 323, 425, 426, 427, 298, 319, 447, 29),
    ),
    "aarch64": _Architecture(
        audit=0xC00000B7,
        execve=221,
        execveat=281,
        openat=56,
        ioctl=29,
        socket=198,
        seccomp=277,
        refused=(217, 218, 219, 280, 282, 425, 426, 427, 241, 279, 447, 194),
    ),
}


def supported(machine: str) -> bool:
    """Whether there are filters for a machine as uname(2) names it."""
    return machine in _ARCHITECTURES


def seccomp_number(machine: str) -> int:
    """The number of the system call seccomp itself."""
    return _ARCHITECTURES[machine].seccomp


class Calls(Enum):
    """Of which system calls the kernel tells the listener."""

    EXECS = "execs"
    READS = "reads"
    """openat(2) for reading, without any flag: so User-mode Linux opens what its guest opens."""
    OPENS = "opens"
    """openat(2), but of directories: so QEMU does, from one to the next."""


def path_argument(machine: str, number: int) -> int:
    """Which argument of a system call that is told points to the path."""
    return 0 if number == _ARCHITECTURES[machine].execve else 1


def refusals(machine: str) -> bytes:
    """Refuse what reaches around namespaces.

    That is AF_VSOCK, which ignores network namespaces, the keyring, bpf, io_uring, perf, typing
    into a terminal, the system calls of any foreign architecture, and memory that no process
    seems to hold.
    """
    arch = _ARCHITECTURES[machine]
    return _assemble(
        [
            *_only(arch),
            *(step for number in arch.refused for step in _refuse(number)),
            *_refuse_argument(arch.socket, argument=0, values=(_AF_VSOCK,)),
            *_refuse_argument(arch.ioctl, argument=1, values=(_TIOCSTI, _TIOCLINUX)),
            (_RETURN, 0, 0, _ALLOW),
        ]
    )


def notices(machine: str, calls: Calls) -> bytes:
    """Allow everything, and tell a listener of each of some calls before it happens."""
    arch = _ARCHITECTURES[machine]
    allow, notify = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOTIFY)
    load = (_LOAD, 0, 0, _SYSCALL)
    if calls is Calls.EXECS:
        execs = ((_JUMP_EQUAL, 1, 0, arch.execve), (_JUMP_EQUAL, 0, 1, arch.execveat))
        return _assemble([load, *execs, notify, allow])
    flags = (_LOAD, 0, 0, _ARGUMENTS + 8 * 2)
    wanted = (
        (_JUMP_EQUAL, 0, 1, os.O_RDONLY)
        if calls is Calls.READS
        else (_JUMP_SET, 1, 0, os.O_PATH | os.O_DIRECTORY)
    )
    return _assemble([load, (_JUMP_EQUAL, 0, 3, arch.openat), flags, wanted, notify, allow])


_Step = tuple[int, int, int, int]


def _assemble(steps: Iterable[_Step]) -> bytes:
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _error(number: int) -> _Step:
    return (_RETURN, 0, 0, _ERRNO | number)


def _only(arch: _Architecture) -> list[_Step]:
    """Refuse other architectures, whose numbers mean other calls, and x32 on x86-64."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, arch.audit),
        _error(errno.ENOSYS),
        (_LOAD, 0, 0, _SYSCALL),
        (_JUMP_ABOVE, 0, 1, _X32_BIT - 1),
        _error(errno.ENOSYS),
    ]


def _refuse(number: int) -> list[_Step]:
    return [(_JUMP_EQUAL, 0, 1, number), _error(errno.EPERM)]


def _refuse_argument(number: int, *, argument: int, values: tuple[int, ...]) -> list[_Step]:
    """Refuse a call for some values of the lower half of one argument."""
    refused = [step for value in values for step in _refuse(value)]
    load = (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)
    reload = (_LOAD, 0, 0, _SYSCALL)
    return [(_JUMP_EQUAL, 0, len(refused) + 2, number), load, *refused, reload]
