"""Keeps files by their SHA-256, as ``HASH/NAME``; what it hands out has just that hash."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20
_SMALL = 64 << 20
"""Bytes that are read again at each use: a tenth of a second."""
_STAMP = 946_684_800
"""All kept files are of 1 January 2000, so that ``ls -l`` says the same on every machine."""
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Room:
    """A directory to fetch into, gone afterwards; only what lies in ``files`` is kept."""

    place: Path
    shelf: Path

    @property
    def files(self) -> Path:
        """Where the fetched files belong."""
        return self.place / "files"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the shelf."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The directory of all kept inputs, which several runs may use at once."""

    place: Path

    async def find(self, sha256: str, fits: Callable[[str], bool]) -> Kept | None:
        """A kept file of that hash whose name fits; one that was damaged is thrown away."""
        for path in sorted((self.place / sha256).glob("*")):
            if fits(path.name):
                if await _whole(path, sha256):
                    return Kept(path, sha256)
                path.unlink(missing_ok=True)
        return None

    async def keep(self, file: Path) -> Kept:
        """Take in a file of a room; others see it only when it is whole."""
        sha256 = await digest(file)
        target = self.place / sha256 / file.name
        file.chmod(0o444)
        os.utime(file, (_STAMP, _STAMP))
        with file.open("rb") as written:
            os.fsync(written.fileno())
        target.parent.mkdir(exist_ok=True)
        return Kept(file.replace(target), sha256)

    @contextlib.contextmanager
    def room(self) -> Iterator[Room]:
        """A room on the shelf's file system, so that a file leaves it by a rename."""
        self.place.mkdir(parents=True, exist_ok=True)
        self._sweep()
        with tempfile.TemporaryDirectory(dir=self.place, prefix=".room-") as place:
            room = Room(Path(place), self.place)
            room.files.mkdir()
            yield room

    def _sweep(self) -> None:
        """Remove rooms that killed runs have left; a day is longer than any fetching."""
        for room in self.place.glob(".room-*"):
            with contextlib.suppress(FileNotFoundError):
                if room.stat().st_mtime < time.time() - _DAY:
                    shutil.rmtree(room, ignore_errors=True)


async def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; the sessions that run meanwhile are not held up."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            await asyncio.sleep(0)
    return found.hexdigest()


async def copy(source: Path, target: Path) -> None:
    """Copy a file, likewise without holding up others."""
    with source.open("rb") as file, target.open("xb") as other:
        while chunk := file.read(_CHUNK):
            other.write(chunk)
            await asyncio.sleep(0)


async def _whole(path: Path, sha256: str) -> bool:
    found = path.stat()
    # Whoever writes to a file changes its time: that is enough for one too large to read often.
    if found.st_size > _SMALL and found.st_mtime == _STAMP:
        return True
    return await digest(path) == sha256
