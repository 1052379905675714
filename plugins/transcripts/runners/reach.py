"""Takes files out of a sandbox whose processes we can see, and never one from outside of it."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from pathlib import Path

from .sandbox import Refused

# openat2(2): flags of struct open_how, and the system call's number on every architecture.
_OPENAT2, _NO_MAGICLINKS, _NO_SYMLINKS, _BENEATH = 437, 0x02, 0x04, 0x08

_libc = ctypes.CDLL(None, use_errno=True)


def taken(pid: int, path: str, limit: int, places: tuple[str, ...]) -> bytes:
    """A regular file as a shell sees it, which lies in one of the places that it can write.

    Raises Refused for anything else.
    """
    top = "root" if path.startswith("/") else "cwd"
    fd = _open_beneath(f"/proc/{pid}/{top}", path.lstrip("/") or ".")
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise Refused("it is no regular file")
        if found.st_dev not in {Path(place).stat().st_dev for place in places}:
            raise Refused("it lies outside of what the session can write")
        if found.st_nlink != 1:
            raise Refused("it has more than one name; copy it instead of linking it")
        if found.st_size > limit:
            raise Refused(f"it has {found.st_size} bytes, more than the limit of {limit}")
        with os.fdopen(os.dup(fd), "rb") as file:
            return file.read(limit)
    finally:
        os.close(fd)


def _open_beneath(top: str, path: str) -> int:
    """Open for reading, following no symbolic link and leaving ``top`` by no way."""
    try:
        directory = os.open(top, os.O_PATH | os.O_DIRECTORY)
    except OSError as error:
        raise Refused("the session's shell has ended") from error
    try:
        how = struct.pack(
            "QQQ",
            os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC,
            0,
            _NO_MAGICLINKS | _NO_SYMLINKS | _BENEATH,
        )
        fd = _libc.syscall(_OPENAT2, directory, os.fsencode(path), how, len(how))
        if fd < 0:
            raise Refused(os.strerror(ctypes.get_errno()).lower())
        return int(fd)
    finally:
        os.close(directory)
