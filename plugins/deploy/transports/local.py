"""Publishes into a directory of this machine."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import DeniedError, DeployError, DiskFullError, MissingError, RemoteError
from ..transport import Entry

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
_LACKING = (errno.ENOENT, errno.ENOTDIR)
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK, errno.ENOSYS)
_TAKEN = (errno.EEXIST, errno.ENOTEMPTY)


class Local:
    """A directory."""

    parallel = 1
    renews = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = os.path.realpath(folder)

    async def look(self, paths: Sequence[str]) -> dict[str, Entry]:
        """See `Transport`."""
        found = ((path, self._entry(path)) for path in paths)
        return {path: entry for path, entry in found if entry}

    async def names(self, folder: str) -> tuple[str, ...]:
        """See `Transport`."""
        with self._told(folder, "list"):
            try:
                return tuple(sorted(os.listdir(self._path(folder))))  # noqa: PTH208 - names
            except FileNotFoundError:
                return ()

    async def read(self, path: str) -> bytes:
        """See `Transport`."""
        with self._told(path, "read"):
            return self._path(path).read_bytes()

    async def write(self, path: str, data: bytes) -> None:
        """See `Transport`."""
        with self._told(path, "write"):
            final = self._path(path)
            descriptor, made = tempfile.mkstemp(dir=final.parent, prefix=f".{final.name}.")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                Path(made).chmod(0o644)  # mkstemp makes it private, and it is to be served
                Path(made).replace(final)
            except BaseException:
                Path(made).unlink(missing_ok=True)
                raise

    async def rename(self, old: str, new: str) -> None:
        """See `Transport`."""
        with self._told(old, "rename"):
            self._path(old).replace(self._path(new))

    async def claim(self, old: str, new: str) -> bool:
        """See `Transport`."""
        with self._told(old, "rename"):
            try:
                self._path(old).rename(self._path(new))
            except OSError as error:
                if error.errno in _TAKEN:
                    return False
                raise
        return True

    async def link(self, old: str, new: str) -> bool:
        """See `Transport`; where there are no links, the content is copied."""
        with self._told(old, "link"):
            try:
                os.link(self._path(old), self._path(new))
            except FileExistsError:
                return True
            except OSError as error:
                if error.errno in _NO_LINKS:
                    return False
                raise
        return True

    async def remove(self, path: str) -> None:
        """See `Transport`."""
        with self._told(path, "delete"):
            self._path(path).unlink(missing_ok=True)

    async def make_folder(self, path: str) -> None:
        """See `Transport`."""
        with self._told(path, "make"):
            folder = self._path(path)
            if not folder.is_dir():
                folder.mkdir()
                folder.chmod(0o755)

    async def remove_folder(self, path: str) -> bool:
        """See `Transport`."""
        with self._told(path, "delete"):
            try:
                self._path(path).rmdir()
            except OSError as error:
                if error.errno in _TAKEN:
                    return False
                if error.errno not in _LACKING:
                    raise
        return True

    async def close(self) -> None:
        """Nothing is open."""

    def _entry(self, path: str) -> Entry | None:
        with self._told(path, "look at"):
            try:
                status = self._path(path).lstat()
            except OSError as error:
                if error.errno in _LACKING:
                    return None
                raise
        return entry_of(status.st_mode, status.st_size, int(status.st_mtime))

    def _path(self, path: str) -> Path:
        """The file of a path, which no link on the way leads out of the target."""
        full = self._folder / path if path else self._folder
        root = self._root
        if path and os.path.commonpath([root, os.path.realpath(full.parent)]) != root:
            raise DeniedError(f"{path} leads out of {self._folder} through a link; remove the link")
        return full

    @contextmanager
    def _told(self, path: str, verb: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _explained(error, f"cannot {verb} {self._folder / path}") from error


def entry_of(mode: int, size: int, mtime: int | None) -> Entry:
    """What a file's mode, size and time say."""
    if stat.S_ISREG(mode):
        return Entry(kind="file", size=size, mtime=mtime)
    return Entry(kind="folder" if stat.S_ISDIR(mode) else "other", size=size, mtime=mtime)


def _explained(error: OSError, what: str) -> DeployError:
    if error.errno in _LACKING:
        return MissingError(f"{what}: there is no such file")
    if error.errno in _FULL:
        return DiskFullError(f"{what}: no space is left; make room, then publish again")
    if error.errno in _DENIED:
        return DeniedError(f"{what}: {error.strerror}; publish as a user who may write there")
    return RemoteError(f"{what}: {error.strerror}; look at the directory")
