"""Opens the connection to a target: one line for each protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from . import passwords
from .errors import MissingError
from .lasting import Lasting
from .passwords import Ask, Password, Secret
from .targets import Target
from .transport import Transport

Tell = Callable[[str], None]
CLEAR = "warning: FTP sends the password and all files in the clear; use ftps or sftp if you can"


@asynccontextmanager
async def connected(target: Target, ask: Ask, tell: Tell) -> AsyncIterator[Transport]:
    """A connection to the target, that mends itself while it lasts."""
    secrets = _Once(target, ask)

    async def connect() -> Transport:
        return await open_transport(target, secrets.found)

    if target.protocol == "ftp":
        tell(CLEAR)
    transport = Lasting(connect, await connect())
    try:
        await _refuse_missing(transport, target)
        yield transport
    finally:
        await transport.close()


async def _refuse_missing(transport: Transport, target: Target) -> None:
    there = (await transport.look([""])).get("")
    if there is None or there.kind != "folder":
        what = "is no folder" if there else "is not there"
        raise MissingError(
            f"{target.name}: {target.address} {what}; make it, or mend 'folder'"
            " (publish --setup helps to find it)"
        )


async def open_transport(target: Target, secret: Secret) -> Transport:
    """One connection to the target; a secret is asked for when it is wanted."""
    if target.protocol == "local":
        from .transports.local import Local

        return Local(Path(target.folder))
    if target.protocol == "sftp":
        from .transports.sftp import open_sftp

        return await open_sftp(target, secret)
    from .transports.ftp import open_ftp

    return await open_ftp(target, lambda: secret(passwords.password_of(target)))


class _Once:
    """A secret that is looked for once, however often it is needed."""

    def __init__(self, target: Target, ask: Ask) -> None:
        self._target, self._ask = target, ask
        self._found: Password | None = None

    def found(self, wanted: str) -> Password:
        self._found = self._found or passwords.find(self._target, self._ask, wanted)
        if self._found is None:
            raise passwords.lacking(self._target, wanted)
        return self._found
