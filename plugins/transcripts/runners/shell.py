"""Drives one interactive bash on a terminal, command by command.

Bash reads its commands from a pipe that no command can see, so it never waits for a terminal
and nothing that a command reads is lost. After each command the pipe holds one more line, the
*report*: it prints a mark with the exit status into the terminal. The mark carries 64 random
bits that were not known to anything before bash read that line, which it does only when the
command is over; so no output can forge it, and no prompt, divider or idle time is guessed at.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import os
import re
import secrets
import shlex
import signal
import termios
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import SandboxError
from .process import Process
from .sandbox import Ran, Refused

COMMANDS_FD = 9
"""The descriptor under which a starting shell finds the pipe of its commands."""
CONTROL_FD = 8
"""The descriptor from which the supervisor, the parent of all shells, reads its script."""
SUPERVISOR = ("/bin/bash", "--noprofile", "--norc", f"/dev/fd/{CONTROL_FD}")

# "$_" is printed as nothing, but being the last argument it stays what it was. Asking for the
# jobs tells how the command died, and has bash forget it, so that the next job is number 1.
# What a DEBUG trap prints in between goes nowhere, as only our own commands have the terminal;
# "\builtin" is no alias, and "!" keeps ERR traps and "set -e" out. "@Q" keeps statuses apart
# whatever IFS is.
_REPORT = (
    "{{ \\builtin printf '\\033]133;D;{nonce};%s;%s;%s\\007%.0s'"
    ' "$?" "$-" "${{PIPESTATUS[*]@Q}}" "$_" >/dev/tty;'
    ' ! \\builtin trap -p ERR "$_" >/dev/tty;'
    " __transcripts() {{ \\builtin jobs; \\builtin unset -f __transcripts; }};"
    ' __transcripts "$_" >/dev/tty;'
    " \\builtin printf '\\033]133;K;{nonce}\\007%.0s' \"$_\" >/dev/tty; }} >/dev/null 2>&1\n"
)
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

# A function's return makes no job, as a subshell would. A failing command runs the ERR trap that
# there was before it; so the function sets it again.
_RESTORE = (
    "{{ {untrap} __transcripts() {{ {trap} \\builtin unset -f __transcripts;"
    ' return {status}; }}; __transcripts "$_"; }} >/dev/null 2>&1\n'
)
_ERROR_TRAP = re.compile(r"^trap -- .*? ERR$", re.MULTILINE | re.DOTALL)
_OUR_NAME = re.compile(rf"^bash: /dev/fd/{COMMANDS_FD}: line \d+: ".encode(), re.MULTILINE)

_START_TIMEOUT = 20.0
_KILL_GRACE = 2.0
_POLL = 0.05
_TAIL = 4096
"""Bytes kept, beyond the limit, of an output that goes on: longer than any mark."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """What ended a command: its report, or the death of the shell."""

    output: bytes
    status: int
    flags: str = ""
    pipe: str = ""
    jobs: str = ""
    died: bool = False
    cut: bool = False


class Shell:
    """A shell that commands are typed into; after its death the next command gets a new one."""

    def __init__(self, process: Process, control: int, commands: int, *, output: int) -> None:
        self._process = process
        self._control = control
        self._commands = commands
        self._limit = output
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._searched = 0
        self._cut = False
        self._nonce = self._report = ""
        self._waiter: asyncio.Future[bool] = self._loop.create_future()
        self._death = b""
        self._alive = False
        self._last: _Mark | None = None
        self._restored = ""
        self._pending = memoryview(b"")
        self.pid = 0
        """The shell's process, as the host counts."""
        self._interruption: str | None = None
        self._modes = termios.tcgetattr(process.master)
        os.set_blocking(commands, False)
        self._loop.add_reader(process.master, self._readable)

    # --- What a session asks ------------------------------------------------------------

    async def start(self) -> None:
        """Start a shell. Raises SandboxError with what the sandbox printed instead."""
        self._drop_unread()
        executed = set(self._process.programs)
        nonce = secrets.token_hex(8)
        self._death = f"\x1b]133;S;{nonce};".encode()
        start = _START.format(commands=COMMANDS_FD, control=CONTROL_FD, nonce=nonce)
        with contextlib.suppress(BrokenPipeError):
            os.write(self._control, start.encode())
        begin = _BEGIN.format(commands=COMMANDS_FD)
        mark = await self._type(begin, deadline=self._loop.time() + _START_TIMEOUT)
        if mark is None or mark.died:
            said = bytes(self._buffer if mark is None else mark.output)
            raise SandboxError(said.decode("utf-8", "replace").strip() or "it did not answer")
        self._alive = True
        self._last = None
        self._process.programs = executed  # what starts a shell is not what the session ran
        self.pid = os.tcgetpgrp(self._process.master)

    async def run(self, text: str, *, timeout: float) -> Ran:
        """Type one command and wait for its end; see Sandbox.run."""
        if self._process.ended.is_set():
            return Ran(output=b"", status=255, notes=("the sandbox had ended",), failed=True)
        if not self._alive:
            await self.start()
        self._restored = _restoring(self._last, text) if self._last else ""
        mark = await self._type(f"{self._restored}{text}\n", deadline=self._loop.time() + timeout)
        notes: list[str] = []
        failed = False
        if mark is None:
            failed = True
            notes.append(self._interruption or f"timed out after {_seconds(timeout)}")
            mark = await self._stop()
        return self._finished(mark, notes, failed=failed)

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

    async def _type(self, text: str, *, deadline: float) -> _Mark | None:
        """Feed the shell, and wait for the report that follows; None where time ran out."""
        self._interruption = None
        self._nonce = secrets.token_hex(8)
        self._report = _REPORT.format(nonce=self._nonce)
        self._pending = memoryview((text + self._report).encode("utf-8", "surrogateescape"))
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

    async def _until(self, deadline: float) -> _Mark | None:
        still = 0
        while True:
            if found := self._take():
                return found
            if self._process.ended.is_set():
                return self._sandbox_gone()
            if self._interruption or (left := deadline - self._loop.time()) <= 0:
                return None
            if await self._news(min(left, _POLL if still < 3 else 0.25)):
                still = 0
                continue
            still += 1
            if still >= 2 and self._wants_more():
                self._interruption = (
                    "the command is not complete: a quote, here-document or block is open"
                )

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

    def _take(self) -> _Mark | None:
        """The output up to the report, or up to the shell's death, if either has come."""
        begun = f"\x1b]133;D;{self._nonce};".encode()
        ended = f"\x1b]133;K;{self._nonce}\x07".encode()
        since, self._searched = max(0, self._searched - _TAIL), len(self._buffer)
        if (end := self._buffer.find(ended, since)) >= 0:
            begin = self._buffer.index(begun)
            fields, _, jobs = bytes(self._buffer[begin + len(begun) : end]).partition(b"\x07")
            status, flags, pipe = fields.decode("ascii", "replace").split(";")
            mark = _Mark(
                self._output(begin), int(status), flags, pipe, jobs.decode("utf-8", "replace")
            )
            self._forget(end + len(ended))
            return replace(mark, cut=self._was_cut())
        if (begin := self._buffer.find(self._death, since)) >= 0:
            end = self._buffer.find(b"\x07", begin)
            if end < 0:
                return None
            status = self._buffer[begin + len(self._death) : end].decode("ascii", "replace")
            mark = _Mark(self._output(begin), int(status), died=True)
            self._forget(end + 1)
            self._alive = False
            return replace(mark, cut=self._was_cut())
        return None

    def _output(self, end: int) -> bytes:
        # "set -v" shows each line that bash reads, and a syntax error the name of its pipe.
        shown = bytes(self._buffer[:end])
        for ours in filter(None, (self._report, self._restored)):
            shown = shown.replace(ours.replace("\n", "\r\n").encode(), b"")
        shown = _OUR_NAME.sub(b"bash: ", shown)
        self._cut = self._cut or len(shown) > self._limit
        return shown[: self._limit]

    def _forget(self, count: int) -> None:
        del self._buffer[:count]
        self._searched = 0

    def _was_cut(self) -> bool:
        cut, self._cut = self._cut, False
        return cut

    def _sandbox_gone(self) -> _Mark:
        output = self._output(len(self._buffer))
        self._forget(len(self._buffer))
        self._alive = False
        return _Mark(output, 255, died=True, cut=self._was_cut())

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

    def _finished(self, mark: _Mark, notes: list[str], *, failed: bool) -> Ran:
        output = mark.output
        if mark.cut:
            notes.append(f"output cut after {_bytes(self._limit)}")
        if self._process.ended.is_set():
            notes.append("the sandbox ended")
            failed = True
        elif mark.died:
            notes.append("the shell ended; what follows runs in a new one")
        else:
            output += _signal_message(mark)
            self._last = mark
        return Ran(output=output, status=mark.status, notes=tuple(notes), failed=failed)

    async def _stop(self) -> _Mark:
        """Kill what runs in the foreground; where that does not help, the shell itself."""
        # The marks may have been lost because "stty" had the terminal change them.
        termios.tcsetattr(self._process.master, termios.TCSANOW, self._modes)
        for target in (self._foreground(), self.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(target, signal.SIGKILL)
            mark = await self._after_kill()
            if mark is not None:
                return mark
        self._forget_terminal()
        await self._process.close()
        return self._sandbox_gone()

    def _foreground(self) -> int:
        try:
            return os.tcgetpgrp(self._process.master) or self.pid
        except OSError:
            return self.pid

    async def _after_kill(self) -> _Mark | None:
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
        self._buffer += data
        begun = f"\x1b]133;D;{self._nonce};".encode()
        if len(self._buffer) > self._limit + 16 * _TAIL and begun not in self._buffer:
            # Keep the beginning, and enough of the end that no mark is cut.
            del self._buffer[self._limit : -_TAIL]
            self._searched = min(self._searched, len(self._buffer))
            self._cut = True
        self._wake()


def _signal_message(mark: _Mark) -> bytes:
    """What an interactive bash prints when a signal ended a command, such as ``Killed``.

    Bash keeps it for ``jobs`` when its commands come from a pipe.
    """
    number = mark.status - 128
    if number <= 0 or number in (signal.SIGINT, signal.SIGPIPE):
        return b""
    if number not in signal.valid_signals():
        return b""
    words = re.escape(signal.strsignal(number) or "")
    found = re.search(rf"^\[\d+\][+-]?\s+({words}(?: \(core dumped\))?)\s", mark.jobs, re.MULTILINE)
    return f"{found[1]}\r\n".encode() if found else b""


def _restoring(mark: _Mark, text: str) -> str:
    """A line that gives the next command, ``text``, what it would have seen of the last one."""
    statuses = re.findall(r"'(\d+)'", mark.pipe)
    if not any(status != "0" for status in (*statuses, str(mark.status))):
        return ""
    if "e" in mark.flags:  # a failing command would end the shell
        return "! { :; } >/dev/null 2>&1\n" if mark.status == 1 else ""
    trap = _ERROR_TRAP.search(mark.jobs.replace("\r\n", "\n"))
    if "PIPESTATUS" in text and not trap:
        return " | ".join(f"(exit {status}) 2>/dev/null" for status in statuses) + "\n"
    return _RESTORE.format(
        untrap="\\builtin trap - ERR;" if trap else "",
        trap=f"\\builtin {trap[0]};" if trap else "",
        status=mark.status,
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:g} s"


def _bytes(count: int) -> str:
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:g} {unit}"
    return f"{count} bytes"
