"""Publishes over SSH, many requests in flight on one connection."""

from __future__ import annotations

import asyncio
import os
import posixpath
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress

import asyncssh
from asyncssh import SFTPAttrs, SSHKey, SSHKeyPair

from .. import passwords
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
from ..passwords import Password, Secret
from ..targets import Target
from ..transport import Entry, Kind
from . import hostkeys, keys
from .replacing import replace

_LOST = (
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    OSError,
)
_FULL = (asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded)
_MISSING = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
_DENIED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect)
_CHUNK = 32_768
"""As much as every server gives at once."""
_LOOKS = 256
"""Requests without content, which cost the server little."""
_CONNECT_SECONDS, _LOGIN_SECONDS, _SILENT_SECONDS = 20, 180, 20
"""A person may have to type a password; a connection that is silent for long is lost."""


async def open_sftp(target: Target, secret: Secret) -> Sftp:
    """Connect, see that the server is the right one, log in."""
    caller = Caller(target, secret)
    known = hostkeys.known_for(target)
    async with keys.offered(target.key, caller.passphrase) as pairs:
        connection = await _connected(target, caller, known, pairs)
    try:
        client = await connection.start_sftp_client()
    except asyncssh.Error as error:
        connection.abort()
        raise UnreachableError(
            f"{target.host} offers no SFTP ({error.reason}); ask the provider to allow it"
        ) from error
    return Sftp(connection, client, target.folder)


async def _connected(
    target: Target, caller: Caller, known: hostkeys.Known, pairs: list[SSHKeyPair]
) -> asyncssh.SSHClientConnection:
    try:
        return await asyncssh.connect(
            target.host,
            target.port,
            username=target.user,
            client_factory=lambda: caller,
            known_hosts=known,
            client_keys=pairs or None,  # of an empty list asyncssh would make the usual files
            config=None,  # what ~/.ssh/config says is no setting of the target
            connect_timeout=_CONNECT_SECONDS,
            login_timeout=_LOGIN_SECONDS,
            keepalive_interval=_SILENT_SECONDS,
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise hostkeys.refusal(target, caller.offered) from error
    except asyncssh.PermissionDenied as error:
        raise LoginError(caller.refusal()) from error
    except (OSError, asyncssh.Error, TimeoutError) as error:
        raise UnreachableError(
            f"{target.host} port {target.port} cannot be reached: {_reason(error)};"
            " check the network, the host and the port"
        ) from error


class Caller(asyncssh.SSHClient):
    """Answers the server's questions, once each: who are you, what is your password."""

    def __init__(self, target: Target, secret: Secret) -> None:
        self._target, self._find = target, secret
        self._used: Password | None = None
        self._has_passphrase = False
        self._answered: set[str] = set()
        self.offered: SSHKey | None = None

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: SSHKey) -> bool:
        """Called for a key that the known hosts do not have."""
        self.offered = key
        return hostkeys.is_pinned(self._target, key)

    def password_auth_requested(self) -> str | None:
        """Called when the server takes passwords."""
        return self._secret("password")

    def kbdint_auth_requested(self) -> str | None:
        """Called when the server asks questions."""
        return "" if self._secret("questions") else None

    def kbdint_challenge_received(
        self, _name: str, _instructions: str, _lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        """Answer the one question for a password; others cannot be answered."""
        if not prompts:
            return []
        hidden = len(prompts) == 1 and not prompts[0][1]
        return [self._used.text] if hidden and self._used else None

    def passphrase(self) -> Password:
        """What opens the key file; it is no password for the server."""
        self._has_passphrase = True
        return self._find(passwords.passphrase_of(self._target))

    def refusal(self) -> str:
        """Why nobody was let in, as far as it can be told."""
        who = f"{self._target.user} at {self._target.host}"
        if self._used:
            return f"{who} is not let in with {self._used.source}; check the user and the password"
        if self._target.key:
            return (
                f"{who} is not let in with the key {self._target.key}; is it the right one, and"
                " has the server its public half?"
            )
        return f"{who} is not let in with the keys of the agent and of ~/.ssh; name one by 'key'"

    def _secret(self, method: str) -> str | None:
        if method in self._answered or self._has_passphrase:
            return None
        self._answered.add(method)
        self._used = self._find(passwords.password_of(self._target))
        return self._used.text


class Sftp:
    """A folder on an SSH server."""

    parallel = 100
    renews = False

    def __init__(
        self, connection: asyncssh.SSHClientConnection, client: asyncssh.SFTPClient, folder: str
    ) -> None:
        self._connection, self._client, self._folder = connection, client, folder

    async def look(self, paths: Sequence[str]) -> dict[str, Entry]:
        """See `Transport`."""
        found: dict[str, Entry] = {}

        async def look(path: str) -> None:
            with suppress(MissingError):
                async with self._told(path, "look at"):
                    # The target itself may be a link; what is in it must not be.
                    ask = self._client.lstat if path else self._client.stat
                    found[path] = _entry(await ask(self._path(path)))

        await each(paths, look, min(_LOOKS, len(paths)))
        return found

    async def names(self, folder: str) -> tuple[str, ...]:
        """See `Transport`."""
        with suppress(MissingError):
            async with self._told(folder, "list"):
                listed = await self._client.listdir(self._path(folder).encode())
                names = (os_name.decode(errors="surrogateescape") for os_name in listed)
                return tuple(sorted(set(names) - {".", ".."}))
        return ()

    async def read(self, path: str) -> bytes:
        """See `Transport`."""
        async with self._told(path, "read"), self._client.open(self._path(path), "rb") as file:
            # Asked for at once; small files, which most are, then need no third question.
            beginning: Awaitable[bytes] = file.read(_CHUNK, 0)
            data, about = await asyncio.gather(beginning, file.stat())
            if len(data) == about.size:
                return data
            return await file.read(-1, 0)

    async def write(self, path: str, data: bytes) -> None:
        """See `Transport`."""
        if len(data) <= self._client.limits.max_write_len:
            await self._write(path, data)  # one request, so its size tells that it is whole
            return
        await self._write(f"{path}.part", data)
        await self.rename(f"{path}.part", path)

    async def _write(self, path: str, data: bytes) -> None:
        try:
            async with self._told(path, "write"):
                mode = SFTPAttrs(permissions=0o644)
                async with self._client.open(self._path(path), "wb", mode) as file:
                    await file.write(data)
        except RemoteError as error:
            raise await self._full() or error from error

    async def rename(self, old: str, new: str) -> None:
        """See `Transport`; a server without the extension has no file there for a moment."""
        async with self._told(old, "rename"):
            with suppress(asyncssh.SFTPOpUnsupported):
                await self._client.posix_rename(self._path(old), self._path(new))
                return
        try:
            await self.move(old, new)
        except RemoteError as refused:
            await replace(self, old, new, refused)

    async def move(self, old: str, new: str) -> None:
        """Rename a file to a name that is free."""
        async with self._told(old, "rename"):
            await self._client.rename(self._path(old), self._path(new))

    async def overwrites(self) -> bool:
        """Without the extension a rename never replaces a file."""
        return False

    async def claim(self, old: str, new: str) -> bool:
        """See `Transport`."""
        try:
            async with self._told(old, "rename"):
                await self._client.rename(self._path(old), self._path(new))
        except RemoteError:
            if await self.look([new]):
                return False
            raise
        return True

    async def link(self, old: str, new: str) -> bool:
        """See `Transport`."""
        try:
            async with self._told(old, "link"):
                await self._client.link(self._path(old), self._path(new))
        except (RemoteError, DeniedError):
            return new in await self.look([new])
        return True

    async def remove(self, path: str) -> None:
        """See `Transport`."""
        with suppress(MissingError):
            async with self._told(path, "delete"):
                await self._client.remove(self._path(path))

    async def make_folder(self, path: str) -> None:
        """See `Transport`."""
        try:
            async with self._told(path, "make"):
                await self._client.mkdir(self._path(path), SFTPAttrs(permissions=0o755))
        except (RemoteError, DeniedError) as error:
            entry = (await self.look([path])).get(path)
            if entry is None or entry.kind != "folder":
                raise await self._full() or error from error

    async def remove_folder(self, path: str) -> bool:
        """See `Transport`."""
        try:
            async with self._told(path, "delete"):
                await self._client.rmdir(self._path(path))
        except MissingError:
            return True
        except RemoteError:
            return False
        return True

    async def close(self) -> None:
        """See `Transport`."""
        self._client.exit()
        self._connection.abort()

    def _path(self, path: str) -> str:
        return posixpath.join(self._folder, path) if path else self._folder

    async def _full(self) -> DiskFullError | None:
        """OpenSSH says no more than "Failure" of a full disk; it can be asked how full it is."""
        try:
            disk = await self._client.statvfs(self._folder)
        except asyncssh.SFTPError:
            return None
        if disk.bavail and disk.favail:
            return None
        return DiskFullError(_NO_SPACE.format(self._folder))

    @asynccontextmanager
    async def _told(self, path: str, verb: str) -> AsyncIterator[None]:
        try:
            yield
        except (asyncssh.Error, OSError) as error:
            raise _explained(error, f"cannot {verb} {self._path(path)}") from error


_NO_SPACE = "no space is left on the server for {}; make room there, then publish again"


def _entry(attributes: SFTPAttrs) -> Entry:
    mode = attributes.permissions or 0
    kinds: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder"}
    kind = kinds.get(stat.S_IFMT(mode), "other")
    return Entry(kind=kind, size=attributes.size or 0, mtime=attributes.mtime)


def _explained(error: Exception, what: str) -> DeployError:
    if isinstance(error, _MISSING):
        return MissingError(f"{what}: there is no such file")
    if isinstance(error, _DENIED):
        return DeniedError(
            f"{what}: the server denies it; is it the right folder, and may this user write there?"
        )
    if isinstance(error, _FULL):
        return DiskFullError(_NO_SPACE.format(what.rpartition(" ")[2]))
    if isinstance(error, _LOST):
        return ConnectionLostError(f"{what}: the connection was lost; publish again to go on")
    return RemoteError(
        f"{what}: the server says only {_reason(error)!r}; its disk or your share may be full"
    )


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) or not str(error):
        return "no answer"
    # asyncio puts its own words into `strerror`, and resolvers have numbers of their own.
    if isinstance(error, OSError) and error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    return str(error).splitlines()[0]
