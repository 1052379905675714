"""What a shell needs done beside it, where only its own kind of sandbox can reach."""

from __future__ import annotations

import asyncio
from typing import Protocol

COMMANDS_FD = 9
"""The descriptor under which a starting shell finds the pipe of its commands."""


class Hands(Protocol):
    """The hands of one shell: they start it, feed it, look at it and kill it."""

    ended: asyncio.Event
    """Set when the sandbox is over, and no shell can be started in it again."""

    @property
    def epitaph(self) -> str:
        """How the sandbox ended, once it has."""
        ...

    @property
    def prelude(self) -> str:
        """Commands with which a shell begins."""
        ...

    @property
    def terminal(self) -> int:
        """Our end of the shell's terminal, non-blocking; -1 when it is closed."""
        ...

    async def start(self, death: str) -> None:
        """Start a shell in the place of any before it; when it dies, its terminal shows ``death``.

        ``death`` is a format of printf(1) that takes the exit status.
        """
        ...

    async def started(self) -> None:
        """The shell has answered. Raises SandboxError where it is not what it seems."""
        ...

    async def feed(self, text: bytes) -> None:
        """Give the shell lines to read, all of them, without waiting until it did."""
        ...

    def shortened(self, lines: str) -> str:
        """A line that has a shell do what ``lines`` say, and is read faster; or just these."""
        ...

    def stop_feeding(self) -> None:
        """Forget what it has not taken yet."""
        ...

    async def wants_more(self) -> bool:
        """Whether it has read all that it was fed, runs nothing, and waits for more."""
        ...

    async def untouched(self) -> bool:
        """Whether a dead shell had read nothing at all of what it was fed last."""
        ...

    async def kill(self, *, whole: bool) -> None:
        """Kill what runs in the foreground, or the whole shell; and make its terminal sane."""
        ...

    def writing(self, text: str, path: str) -> str:
        """A command that makes the text the contents of a file; ``path`` is quoted for a shell."""
        ...

    async def close(self) -> None:
        """End the sandbox."""
        ...
