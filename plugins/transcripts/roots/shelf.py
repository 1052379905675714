"""Keeps packages and the root file systems made from them; only what is whole counts.

    packages/NAME_VERSION_ARCHITECTURE.deb   as fetched; checked each time they are used
    incoming/                                what is being fetched; a cut one is resumed
    apt/SUITE/                               lists of what the archive has
    building/                                of the build under way; what a killed one left
    roots/DIGEST/{tree,recipe,locks}

Whoever holds the lock is the only one who changes any of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import SandboxError
from .lock import Package, Pin, print_lock
from .namespace import unshared
from .programs import Program, Tell, run, succeed

_NAME = "pelican-transcripts"
_POLL = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A root file system, ready to be used read-only."""

    digest: str
    """SHA-256 of the tar that it comes from."""
    tree: Path
    """Unpacked, for bubblewrap to bind: every file belongs to runners.process.unprivileged()."""


def default_shelf() -> Path:
    """Where root file systems are kept: the author's cache, or one of the system's for user 0.

    Root's own home is closed to the unprivileged user that sandboxes are started as.
    """
    if os.getuid() == 0:
        return Path("/var/cache") / _NAME
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _NAME


@dataclass(frozen=True, slots=True)
class Shelf:
    """The places of a shelf."""

    path: Path
    """Absolute: the programs that work there start elsewhere."""

    @property
    def packages(self) -> Path:
        """Whole packages."""
        return self.path / "packages"

    @property
    def incoming(self) -> Path:
        """Packages that are being fetched."""
        return self.path / "incoming"

    @property
    def building(self) -> Path:
        """Where the one build under way works."""
        return self.path / "building"

    @property
    def roots(self) -> Path:
        """Whole root file systems, each in a directory named by its digest."""
        return self.path / "roots"

    def apt(self, suite: str) -> Path:
        """What apt knows of a suite."""
        return self.path / "apt" / suite

    def package(self, package: Package) -> Path | None:
        """A package's file, if it is here and holds what it must."""
        path = self.packages / package.file
        return path if path.is_file() and digest_of(path) == package.digest else None

    def take(self, digest: str, lock: Path) -> Root | None:
        """A root file system, if it is here; noted as used now, and by whose lock."""
        place = self.roots / digest
        if not place.is_dir():
            return None
        if lock.absolute() not in locks_of(place):
            with (place / "locks").open("a", encoding="utf-8") as file:
                file.write(f"{lock.absolute()}\n")
        os.utime(place / "recipe")
        return Root(digest=digest, tree=place / "tree")

    @contextlib.asynccontextmanager
    async def held(self, tell: Tell) -> AsyncIterator[None]:
        """Be the only one who changes the shelf; what a killed build left is gone at the start."""
        with _opened(self.path) as fd:
            await _lock(fd, tell)
            await self.sweep()
            try:
                yield
            except OSError as error:
                raise _unwritable(self.path, error) from error
            finally:
                await self.sweep()

    async def sweep(self) -> None:
        """Remove what a build left."""
        if self.building.exists():
            await remove(self.building)

    def add(self, pin: Pin) -> None:
        """Make a build that is whole count; where its like is here already, that one stays."""
        if not (self.roots / pin.digest).exists():
            (self.building / "recipe").write_text(print_lock([pin]), encoding="utf-8")
            self.building.rename(self.roots / pin.digest)


@contextlib.contextmanager
def in_use(root: Root) -> Iterator[None]:
    """Keep a root file system from being pruned, whoever else uses it."""
    fd = os.open(root.tree, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH)
        yield
    finally:
        os.close(fd)


def is_used(place: Path) -> bool:
    """Whether somebody is using a root file system of the shelf just now."""
    fd = os.open(place / "tree", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def locks_of(place: Path) -> tuple[Path, ...]:
    """The locks that a root file system was provided for."""
    try:
        lines = (place / "locks").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(map(Path, lines))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The shelf's lock, and all its places made."""
    shelf = Shelf(path)
    try:
        for place in (shelf.packages, shelf.incoming, shelf.roots):
            place.mkdir(parents=True, exist_ok=True)
        fd = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield fd
    finally:
        os.close(fd)


def _unwritable(path: Path, error: OSError) -> SandboxError:
    reason = (error.strerror or str(error)).lower()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SandboxError(f"{path}: {reason}; free some, such as with 'invoke roots --prune'")
    return SandboxError(f"{error.filename or path}: {reason}; mend that, or set XDG_CACHE_HOME")


async def _lock(fd: int, tell: Tell) -> None:
    waiting = False
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not waiting:
                tell("waiting for another build of a root file system")
            waiting = True
            await asyncio.sleep(_POLL)
        else:
            return


async def remove(place: Path) -> None:
    """Remove a directory of the shelf, whoever its files belong to."""
    argv = ("rm", "-rf", "--one-file-system", "--", str(place))
    if (await run(Program(argv=argv))).status:
        # A killed build leaves files of the author's subordinate ids.
        await succeed(Program(argv=unshared(*argv)))


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
