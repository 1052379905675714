"""Drives one interactive bash on a terminal, command by command.

Bash reads its commands from a pipe that no command can see, so it never waits for a terminal
and nothing that a command reads is lost. After each command the pipe holds one more line, the
*report*: it prints a mark with the exit status into the terminal. The mark carries 64 random
bits that are nowhere before bash reads that line, which it does only when the command is over;
so no output forges it by accident, and no prompt, divider or idle time is guessed at. (A command
that sets out to lie about itself always can: it is the shell that tells.)
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import os
import secrets
import shlex
import termios
from pathlib import Path

from ..errors import SandboxError
from .marks import Mark, Stream, report_line, restoring, signal_message
from .process import Process
from .sandbox import Ran, Refused

COMMANDS_FD = 9
"""The descriptor under which a starting shell finds the pipe of its commands."""
CONTROL_FD = 8
"""The descriptor from which the supervisor, the parent of all shells, reads its script."""
SUPERVISOR = ("/bin/bash", "--noprofile", "--norc", f"/dev/fd/{CONTROL_FD}")

# The supervisor outlives its shells: each gets a session of its own, so that the terminal is
# its controlling one and job control works.
_START = (
    "exec 2>/dev/null;"
    " SHLVL=0 setsid --ctty bash --noprofile --norc -i /dev/fd/{commands} 2>&1 {control}<&-;"
    " printf '\\033]133;S;{nonce};%s\\007' $?\n"
)
_BEGIN = (
    "exec </dev/null {commands}<&-; BASH_ARGV0=bash; set +o history; history -c;"
    " unset HISTFILE; umask 022\n"
)

_INCOMPLETE = (
    "not complete: a quote, here-document or block is open, or the shell lost what it reports with"
)
_START_TIMEOUT = 20.0
_KILL_GRACE = 2.0
_POLL = 0.05
_LATE = 0.5


class Shell:
    """A shell that commands are typed into; after its death the next command gets a new one."""

    def __init__(self, process: Process, control: int, commands: int, *, output: int) -> None:
        self._process = process
        self._control = control
        self._commands = commands
        self._limit = output
        self._loop = asyncio.get_running_loop()
        self._stream = Stream(output)
        self._waiter: asyncio.Future[bool] = self._loop.create_future()
        self._alive = False
        self._last: Mark | None = None
        self._restored = ""
        self._pending = memoryview(b"")
        self.pid = 0
        """The shell's process, as the host counts."""
        self._interruption: str | None = None
        self._modes = termios.tcgetattr(process.master)
        os.set_blocking(commands, False)
        os.set_blocking(control, False)
        self._loop.add_reader(process.master, self._readable)

    # --- What a session asks ------------------------------------------------------------

    async def start(self) -> None:
        """Start a shell. Raises SandboxError with what the sandbox printed instead."""
        self._open_pipes(0o600)
        self._drop_unread()
        executed = set(self._process.programs)
        nonce = secrets.token_hex(8)
        self._stream.expect_death(nonce)
        start = _START.format(commands=COMMANDS_FD, control=CONTROL_FD, nonce=nonce)
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(self._control, start.encode())
        begin = _BEGIN.format(commands=COMMANDS_FD)
        mark = await self._type(begin, deadline=self._loop.time() + _START_TIMEOUT)
        if mark is None or mark.died:
            said = (mark or self._stream.rest()).output
            raise SandboxError(said.decode("utf-8", "replace").strip() or "it did not answer")
        self._alive = True
        self._last = None
        self._process.programs = executed  # what starts a shell is not what the session ran
        self.pid = os.tcgetpgrp(self._process.master)
        if self.pid not in self._process.descendants()[1:]:
            raise SandboxError("its shell is not what it seems")
        self._open_pipes(0)

    async def run(self, text: str, *, timeout: float) -> Ran:
        """Type one command and wait for its end; see Sandbox.run."""
        if self._process.ended.is_set():
            return Ran(output=b"", status=255, notes=("the sandbox had ended",), failed=True)
        if not self._alive and not await self._started_again():
            return Ran(
                output=b"", status=255, notes=("no new shell could be started",), failed=True
            )
        self._restored = restoring(self._last, text) if self._last else ""
        mark = await self._type(f"{self._restored}{text}\n", deadline=self._loop.time() + timeout)
        notes: list[str] = []
        failed = False
        if mark is None:
            failed = True
            notes.append(self._interruption or f"timed out after {_seconds(timeout)}")
            mark = await self._stop()
        if mark.lost:
            failed = True
            notes.append("the shell's report was not understood")
            self._process.kill_group(self.pid)
            self._alive = False
        return self._finished(mark, notes, failed=failed)

    async def _started_again(self) -> bool:
        """Start a new shell in the place of a dead one; where that fails, the sandbox is over."""
        try:
            await self.start()
        except (SandboxError, OSError):
            self._forget_terminal()
            await self._process.close()
            return False
        return True

    def _open_pipes(self, mode: int) -> None:
        """Whether commands may open our pipes by name, in /proc; only a starting shell must."""
        for pipe in (self._control, self._commands):
            os.fchmod(pipe, mode)

    async def write(self, path: str, text: str) -> None:
        """Write a file through the shell itself, so that owner and directory are the session's."""
        end = f"END_{secrets.token_hex(8)}"
        parent, quoted = shlex.quote(str(Path(path).parent)), shlex.quote(path)
        last = self._last
        ran = await self.run(
            # No alias, no function, no "set -C" of the author's may come between.
            f"\\command mkdir -p -- {parent} && \\command cat >|{quoted} <<'{end}'\n{text}{end}",
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
        self._loop.remove_writer(self._commands)
        os.close(self._commands)
        os.close(self._control)

    def _forget_terminal(self) -> None:
        if self._process.master >= 0:
            self._loop.remove_reader(self._process.master)

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
        self._stream.expect_report(nonce, report, self._restored)
        self._pending = memoryview((text + report).encode("utf-8", "surrogateescape"))
        self._feed()
        try:
            return await self._until(deadline)
        finally:
            self._loop.remove_writer(self._commands)

    def _feed(self) -> None:
        """Write what the pipe takes now, and the rest when it takes more."""
        try:
            self._pending = self._pending[os.write(self._commands, self._pending) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._pending = memoryview(b"")
        if self._pending:
            self._loop.add_writer(self._commands, self._feed)
        else:
            self._loop.remove_writer(self._commands)

    async def _until(self, deadline: float) -> Mark | None:
        still = 0
        while True:
            if found := self._stream.take():
                self._alive = self._alive and not found.died
                return found
            if self._process.ended.is_set():
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
                and self._wants_more()
                and not await self._news(_POLL)
                and self._wants_more()
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

    def _wants_more(self) -> bool:
        """Whether bash has read all there is, the report too, and still waits for more."""
        unread = array.array("i", [0])
        fcntl.ioctl(self._commands, termios.FIONREAD, unread)
        if unread[0] or self._pending or not self._alive:
            return False
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state == "S" and os.tcgetpgrp(self._process.master) == self.pid
        except OSError:
            return False

    # --- Endings ------------------------------------------------------------------------

    def _finished(self, mark: Mark, notes: list[str], *, failed: bool) -> Ran:
        output = mark.output
        if mark.cut:
            notes.append(f"output cut after {_bytes(self._limit)}")
        if self._process.ended.is_set():
            notes.append("the sandbox ended")
            failed = True
        elif mark.died:
            notes.append("the shell ended; what follows runs in a new one")
        else:
            output += b"" if failed else signal_message(mark)  # it was us who killed it
            self._last = mark
        return Ran(output=output, status=mark.status, notes=tuple(notes), failed=failed)

    async def _stop(self) -> Mark:
        """Kill what runs in the foreground; where that does not help, the shell itself."""
        # The marks may have been lost because "stty" had the terminal change them.
        termios.tcsetattr(self._process.master, termios.TCSANOW, self._modes)
        for target in (self._foreground(), self.pid):
            self._process.kill_group(target)
            mark = await self._after_kill()
            if mark is not None:
                return mark
        self._forget_terminal()
        await self._process.close()
        return self._sandbox_gone()

    def _foreground(self) -> int:
        try:
            return os.tcgetpgrp(self._process.master)
        except OSError:
            return self.pid

    async def _after_kill(self) -> Mark | None:
        """The mark of the report that is still in the pipe, or of the shell's death."""
        self._interruption = None
        deadline = self._loop.time() + _KILL_GRACE
        return await self._until(deadline)

    def _drop_unread(self) -> None:
        """Take out of the pipe what a dead shell did not read."""
        with contextlib.suppress(BlockingIOError, OSError):
            reader = os.open(f"/proc/self/fd/{self._commands}", os.O_RDONLY | os.O_NONBLOCK)
            try:
                while os.read(reader, 65536):
                    pass
            finally:
                os.close(reader)

    # --- The terminal's other end -------------------------------------------------------

    def _readable(self) -> None:
        try:
            data = os.read(self._process.master, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # EIO: nobody has the terminal open any more
        if not data:
            self._loop.remove_reader(self._process.master)
        self._stream.feed(data)
        self._wake()


def _seconds(seconds: float) -> str:
    return f"{seconds:g} s"


def _bytes(count: int) -> str:
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:g} {unit}"
    return f"{count} bytes"
