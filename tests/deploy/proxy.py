"""A way to a server that can be slow, and that can break."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Way:
    """What the proxy does, and how often it was used."""

    to: int
    delay: float = 0.0
    """Seconds in each direction."""

    cut_after: int | None = None
    """Bytes from the client after which a connection is cut."""

    only_first: bool = False
    """Whether only the first connection is cut, and further ones are refused."""

    port: int = 0
    connections: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


@contextmanager
def way(settings: Way) -> Iterator[Way]:
    """A proxy on a free port of loopback."""
    loop = asyncio.new_event_loop()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        settings.tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await _carry(settings, reader, writer)
        writer.transport.abort()

    server = loop.run_until_complete(asyncio.start_server(accept, "127.0.0.1", 0))
    settings.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield settings
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _carry(settings: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    settings.connections += 1
    if settings.only_first and settings.connections > 1:
        return
    there, to_there = await asyncio.open_connection("127.0.0.1", settings.to)
    try:
        up = asyncio.create_task(_pump(settings, reader, to_there, settings.cut_after))
        down = asyncio.create_task(_pump(settings, there, writer, None))
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        down.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
    finally:
        to_there.transport.abort()


async def _pump(
    settings: Way, source: asyncio.StreamReader, sink: asyncio.StreamWriter, limit: int | None
) -> None:
    """Carry bytes, each DELAY late, and not more than LIMIT."""
    loop, carried = asyncio.get_running_loop(), 0
    late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            when, data = await late.get()
            if (left := when - loop.time()) > 0:
                await asyncio.sleep(left)
            sink.write(data)
            if not data:
                return

    delivering = asyncio.create_task(deliver())
    try:
        while data := await source.read(65536):
            carried += len(data)
            if limit is not None and carried > limit:
                return
            late.put_nowait((loop.time() + settings.delay, data))
        late.put_nowait((loop.time() + settings.delay, b""))
        await delivering
    finally:
        delivering.cancel()
