"""Publishes over FTP and FTPS: several connections, each in a thread."""

from __future__ import annotations

import asyncio
import ftplib
import io
import posixpath
import queue
import re
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from ..errors import (
    ConnectionLostError,
    DeniedError,
    DeployError,
    DiskFullError,
    LoginError,
    MissingError,
    RemoteError,
    UnreachableError,
)
from ..many import each
from ..passwords import Password
from ..targets import Target
from ..transport import Entry
from .ftp_listing import parse_list, parse_mlsd
from .ftp_session import Session, open_session, reason
from .replacing import learn, replace

Answer = TypeVar("Answer")
_CONNECTIONS = 6
"""As many as most providers allow; with fewer it goes on with those that it gets."""
_SPACE = re.compile(r"space|quota|disk|exceeded|writing to local file", re.IGNORECASE)


async def open_ftp(target: Target, password: Callable[[], Password]) -> Ftp:
    """Connect and log in."""
    secret = password()  # asked for here, once, and not in a thread
    session = await asyncio.to_thread(open_session, target, lambda: secret)
    try:
        home = await asyncio.to_thread(session.pwd)
        features = await asyncio.to_thread(_features, session)
    except (OSError, EOFError, ftplib.Error) as error:
        session.close()
        raise UnreachableError(f"{target.host} ended the session: {reason(error)}") from error
    folder = posixpath.join(home, target.folder)
    return Ftp(lambda: open_session(target, lambda: secret), session, folder, mlsd=features)


def _features(session: Session) -> bool:
    """Whether the server lists folders in the standard way."""
    with suppress(ftplib.error_perm):
        session.sendcmd("OPTS UTF8 ON")
    with suppress(ftplib.error_perm):
        return "MLST" in session.sendcmd("FEAT").upper()
    return False


class Ftp:
    """A folder on an FTP server."""

    parallel = _CONNECTIONS
    renews = True

    def __init__(
        self, connect: Callable[[], Session], first: Session, folder: str, *, mlsd: bool
    ) -> None:
        self._connect, self._folder, self._mlsd = connect, folder, mlsd
        self._idle: queue.LifoQueue[Session | None] = queue.LifoQueue()
        for session in (*[None] * (_CONNECTIONS - 1), first):
            self._idle.put(session)
        self._threads = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="ftp")
        self._connections, self._counting = _CONNECTIONS, threading.Lock()
        self._overwrites: bool | None = None
        self._learning = asyncio.Lock()
        self._open = {first}
        self._closed = False

    async def look(self, paths: Sequence[str]) -> dict[str, Entry]:
        """See `Transport`; whole folders are listed."""
        listed: dict[str, dict[str, Entry]] = {}

        async def list_folder(folder: str) -> None:
            listed[folder] = await self._do(lambda session: self._listing(session, folder))

        await each({posixpath.dirname(path) for path in paths if path}, list_folder, self.parallel)
        found = {
            path: listed[posixpath.dirname(path)].get(posixpath.basename(path))
            for path in paths
            if path
        }
        if "" in paths:
            found[""] = await self._do(self._target_entry)
        return {path: entry for path, entry in found.items() if entry}

    async def names(self, folder: str) -> tuple[str, ...]:
        """See `Transport`."""
        return tuple(sorted(await self._do(lambda session: self._listing(session, folder))))

    async def read(self, path: str) -> bytes:
        """See `Transport`."""
        return await self._do(lambda session: self._read(session, path))

    async def write(self, path: str, data: bytes) -> None:
        """See `Transport`."""
        await self._do(lambda session: self._write(session, path, data))

    async def rename(self, old: str, new: str) -> None:
        """See `Transport`; a server that does not overwrite has no file there for a moment."""
        try:
            await self.move(old, new)
        except DeniedError as refused:
            await replace(self, old, new, refused)

    async def move(self, old: str, new: str) -> None:
        """Rename a file as the server does it, over another or not."""
        await self._do(lambda session: self._move(session, old, new))

    async def overwrites(self) -> bool:
        """Whether a rename to the name of another file replaces that; tried once."""
        async with self._learning:
            if self._overwrites is None:
                self._overwrites = await learn(self)
            return self._overwrites

    async def claim(self, old: str, new: str) -> bool:
        """See `Transport`."""
        return await self._do(lambda session: self._claim(session, old, new))

    async def link(self, old: str, new: str) -> bool:  # noqa: ARG002 - as `Transport` has it
        """FTP has no links."""
        return False

    async def remove(self, path: str) -> None:
        """See `Transport`."""
        await self._do(lambda session: self._remove(session, path))

    async def make_folder(self, path: str) -> None:
        """See `Transport`."""
        await self._do(lambda session: self._make_folder(session, path))

    async def remove_folder(self, path: str) -> bool:
        """See `Transport`."""
        return await self._do(lambda session: self._remove_folder(session, path))

    async def close(self) -> None:
        """See `Transport`; whoever is at work finds the connection cut."""
        self._closed = True
        with self._counting:
            for session in self._open:
                with suppress(OSError):
                    if session.sock:
                        session.sock.shutdown(socket.SHUT_RDWR)
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        for session in self._open:
            session.close()

    async def _do(self, work: Callable[[Session], Answer]) -> Answer:
        if self._closed:
            raise ConnectionLostError("the connection is closed; publish again")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._done, work)

    def _done(self, work: Callable[[Session], Answer]) -> Answer:
        """Do a piece of work on a connection of the calling thread's own."""
        session, usable = self._taken(), False
        try:
            answer = work(session)
            usable = True
        except DeployError as error:
            usable = not isinstance(error, ConnectionLostError | DiskFullError)
            raise
        except (ftplib.Error, OSError, EOFError, ValueError) as error:
            usable = isinstance(error, ftplib.error_perm)
            raise _explained(error, "the server") from error
        finally:
            self._returned(session, usable=usable)
        return answer

    def _taken(self) -> Session:
        """An idle connection, or a new one; with fewer when the server allows no more."""
        while True:
            if session := self._idle.get():
                return session
            try:
                return self._opened()
            except (UnreachableError, LoginError) as error:
                with self._counting:
                    if self._connections == 1:
                        self._idle.put(None)
                        raise ConnectionLostError(str(error)) from error
                    self._connections -= 1

    def _opened(self) -> Session:
        if self._closed:
            raise UnreachableError("the connection was closed")
        session = self._connect()
        with self._counting:
            self._open.add(session)
        return session

    def _returned(self, session: Session, *, usable: bool) -> None:
        if usable:
            self._idle.put(session)
            return
        with self._counting:
            self._open.discard(session)
        session.close()
        self._idle.put(None)

    def _path(self, path: str) -> str:
        return posixpath.join(self._folder, path) if path else self._folder

    def _target_entry(self, session: Session) -> Entry | None:
        try:
            session.cwd(self._path(""))
        except ftplib.error_perm:
            return None
        return Entry(kind="folder", size=0)

    def _listing(self, session: Session, folder: str) -> dict[str, Entry]:
        """What is in a folder; it is entered, since servers take patterns and options for names."""
        try:
            session.cwd(self._path(folder))
        except ftplib.error_perm:
            return {}
        got = io.BytesIO()
        session.retrbinary("MLSD" if self._mlsd else "LIST -a", got.write)
        try:
            return parse_mlsd(got.getvalue()) if self._mlsd else parse_list(got.getvalue())
        except ValueError as error:
            raise RemoteError(
                f"{self._path(folder)}: the server gives {error}; ask the provider for SFTP"
            ) from error

    def _at(self, session: Session, path: str) -> Entry | None:
        return self._listing(session, posixpath.dirname(path)).get(posixpath.basename(path))

    def _read(self, session: Session, path: str) -> bytes:
        got = io.BytesIO()
        try:
            session.retrbinary(f"RETR {self._path(path)}", got.write)
        except ftplib.error_perm as error:
            raise self._refused(session, path, error, "read") from error
        return got.getvalue()

    def _write(self, session: Session, path: str, data: bytes) -> None:
        command = f"STOR {self._path(path)}"
        try:
            session.storbinary(command, io.BytesIO(data))
        except ftplib.error_perm as error:
            raise _explained(error, f"cannot write {self._path(path)}") from error
        except (OSError, ftplib.error_temp) as error:
            raise _explained(
                _last_word(session, error), f"cannot write {self._path(path)}"
            ) from error

    def _move(self, session: Session, old: str, new: str) -> None:
        try:
            session.rename(self._path(old), self._path(new))
        except ftplib.error_perm as error:
            raise self._refused(session, old, error, "rename") from error

    def _claim(self, session: Session, old: str, new: str) -> bool:
        try:
            session.rename(self._path(old), self._path(new))
        except ftplib.error_perm as error:
            if self._at(session, new):
                return False
            raise self._refused(session, old, error, "rename") from error
        return True

    def _remove(self, session: Session, path: str) -> None:
        try:
            session.delete(self._path(path))
        except ftplib.error_perm as error:
            if self._at(session, path):
                raise self._refused(session, path, error, "delete") from error

    def _make_folder(self, session: Session, path: str) -> None:
        try:
            session.mkd(self._path(path))
        except ftplib.error_perm as error:
            entry = self._at(session, path)
            if entry is None or entry.kind != "folder":
                raise _explained(error, f"cannot make {self._path(path)}") from error

    def _remove_folder(self, session: Session, path: str) -> bool:
        try:
            session.rmd(self._path(path))
        except ftplib.error_perm:
            return self._at(session, path) is None
        return True

    def _refused(self, session: Session, path: str, error: ftplib.Error, verb: str) -> DeployError:
        """Servers have one code for what is not there and what is not allowed."""
        what = f"cannot {verb} {self._path(path)}"
        if self._at(session, path) is None:
            return MissingError(f"{what}: there is no such file")
        return _explained(error, what)


def _last_word(session: Session, error: Exception) -> Exception:
    """What the server says of a transfer that it broke off, if it says anything."""
    if isinstance(error, ftplib.Error | ssl.SSLCertVerificationError):
        return error
    try:
        session.getresp()
    except (ftplib.Error, OSError, EOFError) as said:
        return said
    return error


def _explained(error: Exception, what: str) -> DeployError:
    said = reason(error)
    if _SPACE.search(said) or said[:3] in ("452", "552"):
        return DiskFullError(f"{what}: no space is left on the server; make room there ({said})")
    if isinstance(error, ftplib.error_perm):
        return DeniedError(
            f"{what}: the server denies it ({said}); is it the right folder, and may this user"
            " write there?"
        )
    if isinstance(error, ftplib.error_proto | ftplib.error_reply | ValueError):
        return RemoteError(f"{what}: the server says {said!r}, which makes no sense here")
    return ConnectionLostError(f"{what}: the connection was lost ({said}); publish again to go on")
