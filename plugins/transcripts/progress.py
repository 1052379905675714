"""Shows how a run goes on: a live table on a terminal, one line per session in a log."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

_REFRESH = 0.1
_QUIET = 5.0
"""Seconds between two lines of a log that tell how something goes on."""


class Progress(Protocol):
    """What the run tells of itself."""

    def begin(self, name: str) -> None:
        """A session has started; ``name`` says which."""
        ...

    def step(self, name: str, done: int, of: int) -> None:
        """A session has done so many of its commands."""
        ...

    def end(self, name: str, result: str) -> None:
        """A session is over, with a result in a word or two."""
        ...

    def tell(self, what: str) -> None:
        """Something that sessions wait for goes on, such as a download."""
        ...


class _Shown:
    """The sessions that are running, and what is over as lines above them."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._over = 0
        self._told = ""
        self._last_told = 0.0
        self._running: dict[str, tuple[float, int, int]] = {}

    def begin(self, name: str) -> None:
        self._told = ""
        self._running[name] = (time.monotonic(), 0, 0)

    def step(self, name: str, done: int, of: int) -> None:
        self._running[name] = (self._running[name][0], done, of)

    def end(self, name: str, result: str) -> None:
        begun, _, _ = self._running.pop(name)
        self._over += 1
        line = f"[{self._over}/{self._total}] {name}: {result}, {time.monotonic() - begun:.1f} s"
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def tell(self, what: str) -> None:
        self._told = what
        if not self._console.is_terminal and time.monotonic() - self._last_told > _QUIET:
            self._console.print(what, highlight=False, markup=False, soft_wrap=True)
            self._last_told = time.monotonic()

    def table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        if self._told:
            table.add_row(Text(self._told))
        for name, (begun, done, of) in self._running.items():
            seconds = f"{time.monotonic() - begun:.0f} s"
            table.add_row(Text(name), Text(f"{done}/{of}"), Text(seconds, style="dim"))
        return table


@contextlib.asynccontextmanager
async def show_progress(console: Console, total: int) -> AsyncIterator[Progress]:
    """Show the progress of ``total`` sessions while the block runs."""
    shown = _Shown(console, total)
    if not console.is_terminal:
        yield shown
        return
    # Without a thread of its own: the runners fork, which threads do not survive.
    with Live(
        console=console, auto_refresh=False, transient=True, get_renderable=shown.table
    ) as live:
        refreshing = asyncio.create_task(_refresh(live))
        try:
            yield shown
        finally:
            refreshing.cancel()


async def _refresh(live: Live) -> None:
    while True:
        live.refresh()
        await asyncio.sleep(_REFRESH)
