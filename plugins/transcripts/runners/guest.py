"""Talks with the first process of a machine, guest.pl, over a serial line."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from pathlib import Path

from .process import Process

_NUDGE = 0.3
"""Seconds after which the line is written to again: a kernel of 6.1 may miss the first time."""
_PATIENCE = 20.0
_MOST_SAID = 64 << 20
"""Bytes of an answer: the machine's root can write to the line without end."""
_DEAD = "the machine has ended"


class Guest:
    """Requests to a machine, one at a time, each answered by a line."""

    def __init__(self, process: Process, line: int, scripts: Path) -> None:
        self._process = process
        self._line = line
        self._scripts = scripts
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._awaited = 0
        self._said: str | None = None
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._numbers = itertools.count(1)
        os.set_blocking(line, False)
        self._loop.add_reader(line, self._readable)

    async def booted(self, timeout: float) -> str:
        """What the machine says when it is ready, or why it is not; empty if it says nothing."""
        return await self._answer(b"", self._loop.time() + timeout)

    async def ask(self, *words: str | int, patience: float = _PATIENCE) -> str:
        """The answer to a request, or an empty text where the machine has ended or hangs."""
        async with self._one_at_a_time:
            self._awaited = number = next(self._numbers)
            self._said = None
            request = f"{number} {' '.join(map(str, words))}\n".encode()
            return await self._answer(request, self._loop.time() + patience)

    def put(self, text: str | bytes) -> int:
        """Make a text readable for the machine; the number under which it finds it."""
        number = next(self._numbers)
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        (self._scripts / str(number)).write_bytes(data)
        return number

    def close(self) -> None:
        """Close the line, before the machine is ended."""
        self._loop.remove_reader(self._line)
        os.close(self._line)

    async def _answer(self, request: bytes, deadline: float) -> str:
        self._write(request)
        while self._said is None:
            if self._process.ended.is_set() or self._loop.time() > deadline:
                return ""
            self._news.clear()
            nudge = self._loop.call_later(_NUDGE, self._nudge)
            try:
                await self._news.wait()
            finally:
                nudge.cancel()
        return self._said

    def _nudge(self) -> None:
        self._write(b"\n")
        self._news.set()

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._line, data)

    def _readable(self) -> None:
        try:
            data = os.read(self._line, 1 << 16)
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._line)
        self._received += data
        *lines, rest = self._received.split(b"\n")
        self._received = rest[-_MOST_SAID:]
        for line in lines:
            _, found, answer = line.rstrip(b"\r").partition(b"\1")
            number, _, said = answer.decode("utf-8", "replace").partition(" ")
            if found and number == str(self._awaited):
                self._said = said
        self._news.set()
