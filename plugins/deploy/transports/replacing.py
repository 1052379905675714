"""Replaces files on servers whose renames do not: the old one is moved aside, never deleted first.

A refused rename may have any reason. Only where a server is known not to overwrite is the file
that is there touched; it gets its name back when the new one is refused after all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol
from zlib import crc32

from ..area import NEW
from ..errors import ConnectionLostError, DeployError, RemoteError
from ..transport import Entry

_PROBES = f"{NEW}/probe-1", f"{NEW}/probe-2"


class Server(Protocol):
    """What replacing asks of a server. All methods raise `DeployError`."""

    async def look(self, paths: Sequence[str]) -> dict[str, Entry]:
        """See `Transport`."""

    async def write(self, path: str, data: bytes) -> None:
        """See `Transport`."""

    async def remove(self, path: str) -> None:
        """See `Transport`."""

    async def move(self, old: str, new: str) -> None:
        """Rename a file as the server does it, over another or not."""

    async def overwrites(self) -> bool:
        """Whether a rename to the name of another file replaces that."""


async def replace(server: Server, old: str, new: str, refused: DeployError) -> None:
    """Do what `move` has REFUSED if a file in the way was why; else raise that again."""
    aside = f"{NEW}/aside-{crc32(new.encode(errors='surrogateescape')):08x}"
    seen = await server.look([old, new, aside])
    if new not in seen and aside in seen:  # a connection was lost before it could be put back
        await _put_back(server, aside, new)
        raise refused
    in_the_way = old in seen and new in seen and seen[new].kind == "file"
    if not in_the_way or await server.overwrites():
        raise refused
    await _to_its_end(_exchange(server, old, new, aside))


async def learn(server: Server) -> bool:
    """Try with files of our own whether the server overwrites."""
    one, two = _PROBES
    try:
        for probe in _PROBES:
            await server.remove(probe)
            await server.write(probe, b"")
        try:
            await server.move(one, two)
        except ConnectionLostError:
            raise
        except DeployError:
            return False
        return True
    finally:
        with suppress(DeployError):
            for probe in _PROBES:
                await server.remove(probe)


async def _exchange(server: Server, old: str, new: str, aside: str) -> None:
    await server.remove(aside)  # of an exchange that was cut; the file that is there came after it
    try:
        await server.move(new, aside)
        await server.move(old, new)
    except DeployError:
        await _put_back(server, aside, new)
        raise
    with suppress(DeployError):  # what is left aside is deleted with all that is staged
        await server.remove(aside)


async def _put_back(server: Server, aside: str, new: str) -> None:
    seen = await server.look([new, aside])
    if new in seen or aside not in seen:
        return
    try:
        await server.move(aside, new)
    except ConnectionLostError:
        raise
    except DeployError as error:
        raise RemoteError(
            f"{new} is missing now, since the server takes neither the new one nor the old one"
            f" back ({error}); rename {aside} to {new} by hand, then publish again"
        ) from error


async def _to_its_end(exchange: Coroutine[Any, Any, None]) -> None:
    """Await it also when whoever waits is cancelled: in its middle, a file is missing."""
    task = asyncio.ensure_future(exchange)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(DeployError):
            await task
        raise
