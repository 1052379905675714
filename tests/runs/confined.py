"""Runs a command in namespaces of its own, in which something that it needs is really missing.

``python confined.py no-namespaces COMMAND…`` in a world without user namespaces;
``python confined.py full-disk DIRECTORY COMMAND…`` with DIRECTORY on a disk that fills up, and
its names at the end on standard output. Users stay who they are, and need not be root.
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
_libc = ctypes.CDLL(None, use_errno=True)


def main(what: str, *arguments: str) -> int:
    if what == "no-namespaces":
        return _confined(lambda: _without_namespaces(arguments))
    return _confined(lambda: _on_full_disk(Path(arguments[0]), arguments[1:]))


def _without_namespaces(command: tuple[str, ...]) -> int:
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    return subprocess.call(command)


def _on_full_disk(directory: Path, command: tuple[str, ...]) -> int:
    kept = shutil.copytree(directory, directory.with_name("kept"))
    if _libc.mount(b"disk", os.fsencode(directory), b"tmpfs", 0, b"size=64k") != 0:
        raise OSError(ctypes.get_errno(), "mount")
    shutil.copytree(kept, directory, dirs_exist_ok=True)
    filling = os.open(directory / "filling", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(filling, bytes(4096))
    except OSError:
        os.close(filling)
    status = subprocess.call(command)
    print(*sorted(os.listdir(directory)))  # noqa: PTH208 — names
    return status


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
