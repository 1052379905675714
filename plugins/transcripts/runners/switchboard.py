"""The line to the program inside of a network's sandbox: words there and back, and descriptors."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Sequence

from .process import Process

_MOST_SAID = 1 << 18
_GONE = ("gone", "")


class Switchboard:
    """One question at a time, each of which has an answer."""

    def __init__(self, process: Process, line: socket.socket) -> None:
        self._process = process
        self._line = line
        self._one_at_a_time = asyncio.Lock()
        line.setblocking(False)

    async def answer(self, patience: float) -> tuple[str, str]:
        """The next word and what it says; ``gone`` where there is none in so many seconds."""
        loop, heard = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._line, heard.set)
        ended = asyncio.create_task(self._process.ended.wait())
        hearing = asyncio.create_task(heard.wait())
        try:
            await asyncio.wait(
                (ended, hearing), timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            ended.cancel()
            hearing.cancel()
            loop.remove_reader(self._line)
        return self._heard()

    async def ask(
        self, what: str, fds: Sequence[int], *, patience: float, **told: object
    ) -> tuple[str, str]:
        """Have something done with copies of descriptors of ours, and wait until it is."""
        async with self._one_at_a_time:
            while self._heard() != _GONE:
                pass  # an answer for which nobody has waited
            self.say(what, fds, **told)
            return await self.answer(patience)

    def say(self, what: str, fds: Sequence[int] = (), **told: object) -> None:
        """Have something done that has no answer."""
        with contextlib.suppress(OSError):
            socket.send_fds(self._line, [json.dumps({"do": what, **told}).encode()], list(fds))

    def close(self) -> None:
        """Hang up, which ends the sandbox."""
        self._line.close()

    def _heard(self) -> tuple[str, str]:
        try:
            said = self._line.recv(_MOST_SAID)
        except OSError:
            return _GONE
        if not said:
            return _GONE
        word, text = json.loads(said)
        return str(word), str(text)


def file_in_memory(data: bytes = b"") -> int:
    """A descriptor of a file with this in it, read from its beginning."""
    fd = os.memfd_create("transcripts")
    os.write(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
