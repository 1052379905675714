"""Runs a command in namespaces of its own, in which the world is really another one.

``python confined.py no-namespaces COMMAND…`` in a world without user namespaces;
``python confined.py full-disk DIRECTORY COMMAND…`` with DIRECTORY on a disk that fills up, and
its names at the end on standard output;
``python confined.py read-only DIRECTORY COMMAND…`` with DIRECTORY on a disk that cannot be written;
``python confined.py replaced PROGRAM BY COMMAND…`` with the file BY in the place of PROGRAM.
Users stay who they are, and need not be root.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_READ_ONLY, _REMOUNT, _BIND = 0x1, 0x20, 0x1000
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (
    *(ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p),
    *(ctypes.c_ulong, ctypes.c_char_p),
)


def main(what: str, *arguments: str) -> int:
    acts: dict[str, Callable[[], int]] = {
        "no-namespaces": lambda: _without_namespaces(arguments),
        "full-disk": lambda: _on_full_disk(Path(arguments[0]), arguments[1:]),
        "read-only": lambda: _read_only(arguments[0], arguments[1:]),
        "replaced": lambda: _replaced(arguments[0], arguments[1], arguments[2:]),
    }
    return _confined(acts[what])


def _without_namespaces(command: tuple[str, ...]) -> int:
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    return subprocess.call(command)


def _on_full_disk(directory: Path, command: tuple[str, ...]) -> int:
    kept = shutil.copytree(directory, directory.with_name("kept"))
    _mount(b"disk", str(directory), b"tmpfs", 0, b"size=64k")
    shutil.copytree(kept, directory, dirs_exist_ok=True)
    filling = os.open(directory / "filling", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(filling, bytes(4096))
    except OSError:
        os.close(filling)
    status = subprocess.call(command)
    print(*sorted(os.listdir(directory)), flush=True)  # noqa: PTH208 — names
    return status


def _read_only(directory: str, command: tuple[str, ...]) -> int:
    _mount(os.fsencode(directory), directory, None, _BIND, None)
    _mount(None, directory, None, _BIND | _REMOUNT | _READ_ONLY, None)
    return subprocess.call(command)


def _replaced(program: str, by: str, command: tuple[str, ...]) -> int:
    _mount(os.fsencode(by), program, None, _BIND, None)
    return subprocess.call(command)


def _mount(
    source: bytes | None, target: str, kind: bytes | None, flags: int, options: bytes | None
) -> None:
    if _libc.mount(source, os.fsencode(target), kind, flags, options) != 0:
        raise OSError(ctypes.get_errno(), "mount")


def _confined(act: Callable[[], int]) -> int:
    """Act in a child with new namespaces, in which each user and group has its own number."""
    begun, mapped = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        if _libc.unshare(_NEW_USER | _NEW_MOUNTS) != 0:
            os._exit(99)
        os.write(begun[1], b"x")
        os.read(mapped[0], 1)
        os._exit(act())
    os.read(begun[0], 1)
    _map(child)
    os.write(mapped[1], b"x")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _map(child: int) -> None:
    process = Path(f"/proc/{child}")
    if os.getuid() == 0:
        users = groups = "0 0 65536"
    else:
        (process / "setgroups").write_text("deny")
        users, groups = f"{os.getuid()} {os.getuid()} 1", f"{os.getgid()} {os.getgid()} 1"
    (process / "uid_map").write_text(users)
    (process / "gid_map").write_text(groups)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
