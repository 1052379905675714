"""Turns the tar of a root file system into its digest and a tree for bubblewrap."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

from ..runners.process import unprivileged
from .programs import Program, succeed

_BLOCK = 512
_CHUNK = 1 << 20
# Fields of a header, as POSIX's pax(1) has them.
_SIZE, _SUM, _TYPE = slice(124, 136), slice(148, 156), 156
_MAGIC, _DEVICE = slice(257, 265), slice(329, 345)
_DEVICES = b"34"


def level(tar: Path) -> None:
    """Write all headers in one form.

    mmdebstrap 1.3 and 1.5 differ in those of /dev, which it makes itself, and GNU tar 1.34 and
    1.35 in what they say of a file that is no device.
    """
    with tar.open("r+b") as file:
        while any(header := bytearray(file.read(_BLOCK))):
            size = int(header[_SIZE].rstrip(b"\0 ") or b"0", 8)
            file.seek(-_BLOCK, os.SEEK_CUR)
            file.write(_leveled(header))
            file.seek(-(-size // _BLOCK) * _BLOCK, os.SEEK_CUR)


def _leveled(header: bytearray) -> bytes:
    header[_MAGIC] = b"ustar\x0000"
    if header[_TYPE] not in _DEVICES:
        header[_DEVICE] = bytes(16)
    header[_SUM] = b" " * 8
    header[_SUM] = b"%06o\0 " % sum(header)
    return bytes(header)


async def digest_of(tar: Path) -> str:
    """SHA-256 of a large file, without keeping the others waiting."""
    digest = hashlib.sha256()
    with tar.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            await asyncio.sleep(0)
    return digest.hexdigest()


async def unpack(tar: Path, tree: Path) -> None:
    """Unpack as whom sandboxes are started as; what only user 0 could make is left out."""
    identity = unprivileged()
    tree.mkdir()
    if os.getuid() == 0:
        os.chown(tree, identity.uid, identity.gid)
    options = ("--no-same-owner", "--no-same-permissions", "--delay-directory-restore")
    with tar.open("rb") as file:
        await succeed(
            Program(
                argv=("tar", "--extract", "--file=-", *options, "--exclude=./dev/*"),
                cwd=tree,
                stdin=file.fileno(),
                identity=identity,
            )
        )
