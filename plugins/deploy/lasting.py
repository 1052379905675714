"""Keeps a transport going over a connection that drops: connects again, and asks again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from .errors import ConnectionLostError, MissingError
from .transport import Entry, Transport

Answer = TypeVar("Answer")
Connect = Callable[[], Awaitable[Transport]]
_PAUSES = (0.0, 0.5, 2.0)
"""Seconds before each new connection, in a row of those on which nothing was answered."""


class Lasting:
    """A transport that outlives its connections. What was asked may have been done already."""

    def __init__(self, connect: Connect, first: Transport) -> None:
        self._connect, self._transport = connect, first
        self._mending = asyncio.Lock()
        self._fruitless = 0

    @property
    def parallel(self) -> int:
        """See `Transport`."""
        return self._transport.parallel

    @property
    def renews(self) -> bool:
        """See `Transport`."""
        return True

    async def look(self, paths: Sequence[str]) -> dict[str, Entry]:
        """See `Transport`."""
        return await self._ask(lambda transport: transport.look(paths))

    async def names(self, folder: str) -> tuple[str, ...]:
        """See `Transport`."""
        return await self._ask(lambda transport: transport.names(folder))

    async def read(self, path: str) -> bytes:
        """See `Transport`."""
        return await self._ask(lambda transport: transport.read(path))

    async def write(self, path: str, data: bytes) -> None:
        """See `Transport`."""
        await self._ask(lambda transport: transport.write(path, data))

    async def rename(self, old: str, new: str) -> None:
        """See `Transport`."""
        asked = 0

        async def rename(transport: Transport) -> None:
            nonlocal asked
            asked += 1
            try:
                await transport.rename(old, new)
            except MissingError:
                if asked == 1 or new not in await transport.look([new]):
                    raise

        await self._ask(rename)

    async def claim(self, old: str, new: str) -> bool:
        """See `Transport`."""
        asked = 0

        async def claim(transport: Transport) -> bool:
            nonlocal asked
            asked += 1
            try:
                return await transport.claim(old, new)
            except MissingError:
                if asked == 1 or new not in await transport.look([new]):
                    raise
                return True

        return await self._ask(claim)

    async def link(self, old: str, new: str) -> bool:
        """See `Transport`."""
        return await self._ask(lambda transport: transport.link(old, new))

    async def remove(self, path: str) -> None:
        """See `Transport`."""
        await self._ask(lambda transport: transport.remove(path))

    async def make_folder(self, path: str) -> None:
        """See `Transport`."""
        await self._ask(lambda transport: transport.make_folder(path))

    async def remove_folder(self, path: str) -> bool:
        """See `Transport`."""
        return await self._ask(lambda transport: transport.remove_folder(path))

    async def close(self) -> None:
        """See `Transport`."""
        await self._transport.close()

    async def _ask(self, ask: Callable[[Transport], Awaitable[Answer]]) -> Answer:
        while True:
            asked = self._transport
            try:
                answer = await ask(asked)
            except ConnectionLostError:
                await self._mend(asked)
            else:
                self._fruitless = 0
                return answer

    async def _mend(self, lost: Transport) -> None:
        """Replace the connection that was lost, unless another call has done so already."""
        async with self._mending:
            if self._transport is not lost:
                return
            row = self._fruitless // self.parallel if lost.renews else self._fruitless
            self._fruitless += 1
            if row >= len(_PAUSES):
                raise ConnectionLostError(
                    "the connection was lost again and again; publish again when it is better,"
                    " what has arrived is not sent twice"
                )
            await asyncio.sleep(_PAUSES[row])
            if not lost.renews:
                await lost.close()
                self._transport = await self._connect()
