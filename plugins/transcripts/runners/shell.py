"""Drives one interactive bash on a terminal, command by command.

Bash reads its commands from a pipe that no command can see, so it never waits for a terminal
and nothing that a command reads is lost. After each command the pipe holds one more line, the
*report*: it prints a mark with the exit status into the terminal. The mark carries 64 random
bits that are nowhere before bash reads that line, which it does only when the command is over;
so no output forges it by accident, and no prompt, divider or idle time is guessed at. (A command
that sets out to lie about itself always can: it is the shell that tells.)
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
from dataclasses import replace
from pathlib import Path

from ..errors import SandboxError
from .hands import COMMANDS_FD, Hands
from .marks import Mark, Stream, death_format, report_line, restoring, signal_message
from .sandbox import Ran, Refused

_BEGIN = (
    "exec </dev/null {commands}<&-; BASH_ARGV0=bash; set +o history; history -c;"
    " unset HISTFILE; umask 022\n"
)

_INCOMPLETE = (
    "not complete: a quote, here-document or block is open, or the shell lost what it reports with"
)
_HAD_ENDED = "the shell had ended before; this ran in a new one"
_START_TIMEOUT = 20.0
_KILL_GRACE = 2.0
_POLL = 0.05
_LATE = 0.5


class Shell:
    """A shell that commands are typed into; after its death the next command gets a new one."""

    def __init__(self, hands: Hands, *, output: int) -> None:
        self._hands = hands
        self._limit = output
        self._loop = asyncio.get_running_loop()
        self._stream = Stream(output)
        self._waiter: asyncio.Future[bool] = self._loop.create_future()
        self._alive = False
        self._last: Mark | None = None
        self._restored = ""
        self._traps_returns = False
        self._untouched = False
        """Whether the shell had died before it read the last command."""
        self._interruption: str | None = None
        self._loop.add_reader(hands.terminal, self._readable)

    # --- What a session asks ------------------------------------------------------------

    async def start(self) -> None:
        """Start a shell. Raises SandboxError with what the sandbox printed instead."""
        nonce = secrets.token_hex(8)
        self._stream.expect_death(nonce)
        await self._hands.start(death_format(nonce))
        begin = self._hands.prelude + _BEGIN.format(commands=COMMANDS_FD)
        mark = await self._type(begin, deadline=self._loop.time() + _START_TIMEOUT)
        if mark is None or mark.died:
            said = (mark or self._stream.rest()).output
            raise SandboxError(said.decode("utf-8", "replace").strip() or "it did not answer")
        self._alive = True
        self._last = None
        await self._hands.started()

    async def run(self, text: str, *, timeout: float) -> Ran:
        """Type one command and wait for its end; see Sandbox.run."""
        ran = await self._run(text, timeout=timeout)
        if not self._untouched:
            return ran
        again = await self._run(text, timeout=timeout)
        return replace(again, output=ran.output + again.output, notes=(_HAD_ENDED, *again.notes))

    async def _run(self, text: str, *, timeout: float) -> Ran:
        self._untouched = False
        if self._hands.ended.is_set():
            return Ran(output=b"", status=255, notes=("the sandbox had ended",), failed=True)
        if not self._alive and not await self._started_again():
            return Ran(
                output=b"", status=255, notes=("no new shell could be started",), failed=True
            )
        self._restored = restoring(self._last, text) if self._last else ""
        mark = await self._type(f"{self._restored}{text}\n", deadline=self._loop.time() + timeout)
        notes: list[str] = []
        failed = False
        if mark and mark.died and not self._hands.ended.is_set():
            self._untouched = await self._hands.untouched()
        if mark is None:
            failed = True
            notes.append(self._interruption or f"timed out after {_seconds(timeout)}")
            mark = await self._stop()
        if mark.lost:
            failed = True
            notes.append("the shell's report was not understood")
            await self._hands.kill(whole=True)
            self._alive = False
        return self._finished(mark, notes, failed=failed)

    async def _started_again(self) -> bool:
        """Start a new shell in the place of a dead one; where that fails, the sandbox is over."""
        try:
            await self.start()
        except (SandboxError, OSError):
            self._forget_terminal()
            await self._hands.close()
            return False
        return True

    async def write(self, path: str, text: str) -> None:
        """Write a file through the shell itself, so that owner and directory are the session's."""
        parent, quoted = shlex.quote(str(Path(path).parent)), shlex.quote(path)
        last = self._last
        ran = await self.run(
            # No alias, no function, no "set -C" of the author's may come between.
            f"\\command mkdir -p -- {parent} && {self._hands.writing(text, quoted)}",
            timeout=_START_TIMEOUT,
        )
        if self._alive:
            self._last = last
        if ran.status or ran.failed:
            said = ran.output.decode("utf-8", "replace").strip().splitlines()
            raise Refused(said[-1] if said else "; ".join(ran.notes) or "it cannot be written")

    def close(self) -> None:
        """Forget the terminal, before it is closed."""
        self._forget_terminal()

    def _forget_terminal(self) -> None:
        if self._hands.terminal >= 0:
            self._loop.remove_reader(self._hands.terminal)

    def interrupt(self, reason: str) -> None:
        """End the running command, with ``reason`` as its note."""
        self._interruption = reason
        self._wake()

    # --- One exchange -------------------------------------------------------------------

    async def _type(self, text: str, *, deadline: float) -> Mark | None:
        """Feed the shell, and wait for the report that follows; None where time ran out."""
        self._interruption = None
        nonce = secrets.token_hex(8)
        report = report_line(nonce)
        self._traps_returns = self._traps_returns or "RETURN" in text
        if not self._traps_returns:  # a trap that the short form would spring
            report = self._hands.shortened(report)
        self._stream.expect_report(nonce, report, self._restored)
        await self._hands.feed((text + report).encode("utf-8", "surrogateescape"))
        try:
            return await self._until(deadline)
        finally:
            self._hands.stop_feeding()

    async def _until(self, deadline: float) -> Mark | None:
        still = 0
        while True:
            if found := self._stream.take():
                self._alive = self._alive and not found.died
                return found
            if self._hands.ended.is_set():
                return self._sandbox_gone()
            left = deadline - self._loop.time()
            if left < -_LATE:
                # Something else kept us from listening, and kept the command from starting its
                # programs, which wait for us: it gets that time again.
                left = -left
                deadline = self._loop.time() + left
            if self._interruption or left <= 0:
                return None
            if await self._news(min(left, _POLL if still < 3 else 0.25)):
                still = 0
                continue
            still += 1
            # Looked at twice: after the first look bash may still be on its way to the report.
            if (
                still >= 2
                and await self._wants_more()
                and not await self._news(_POLL)
                and await self._wants_more()
            ):
                self._interruption = _INCOMPLETE

    async def _news(self, timeout: float) -> bool:
        """Wait until something was read or happened; False where nothing did for so long.

        A bare future costs a third of asyncio.wait_for, and each command waits.
        """
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(timeout, self._wake, False)
        try:
            return await self._waiter
        finally:
            timer.cancel()

    def _wake(self, news: bool = True) -> None:
        if not self._waiter.done():
            self._waiter.set_result(news)

    def _sandbox_gone(self) -> Mark:
        self._alive = False
        return self._stream.rest()

    async def _wants_more(self) -> bool:
        return self._alive and await self._hands.wants_more()

    # --- Endings ------------------------------------------------------------------------

    def _finished(self, mark: Mark, notes: list[str], *, failed: bool) -> Ran:
        output = mark.output
        if mark.cut:
            notes.append(f"output cut after {_bytes(self._limit)}")
        if self._hands.ended.is_set():
            notes.append(self._hands.epitaph)
            failed = True
        elif mark.died:
            notes.append("the shell ended; what follows runs in a new one")
        else:
            output += b"" if failed else signal_message(mark)  # it was us who killed it
            self._last = mark
        return Ran(output=output, status=mark.status, notes=tuple(notes), failed=failed)

    async def _stop(self) -> Mark:
        """Kill what runs in the foreground; where that does not help, the shell itself."""
        for whole in (False, True):
            await self._hands.kill(whole=whole)
            mark = await self._after_kill()
            if mark is not None:
                return mark
        self._forget_terminal()
        await self._hands.close()
        return self._sandbox_gone()

    async def _after_kill(self) -> Mark | None:
        """The mark of the report that is still in the pipe, or of the shell's death."""
        self._interruption = None
        deadline = self._loop.time() + _KILL_GRACE
        return await self._until(deadline)

    # --- The terminal's other end -------------------------------------------------------

    def _readable(self) -> None:
        try:
            data = os.read(self._hands.terminal, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # EIO: nobody has the terminal open any more
        if not data:
            self._loop.remove_reader(self._hands.terminal)
        self._stream.feed(data)
        self._wake()


def _seconds(seconds: float) -> str:
    return f"{seconds:g} s"


def _bytes(count: int) -> str:
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:g} {unit}"
    return f"{count} bytes"
