"""The hands of a shell whose processes we can see: pipes into it, and /proc."""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import os
import secrets
import termios
from pathlib import Path

from ..errors import SandboxError
from .hands import COMMANDS_FD
from .process import Process

CONTROL_FD = 8
"""The descriptor from which the supervisor, the parent of all shells, reads its script."""
SUPERVISOR = ("/bin/bash", "--noprofile", "--norc", f"/dev/fd/{CONTROL_FD}")

# The supervisor outlives its shells: each gets a session of its own, so that the terminal is
# its controlling one and job control works.
_START = (
    "exec 2>/dev/null;"
    " SHLVL=0 setsid --ctty bash --noprofile --norc -i /dev/fd/{commands} 2>&1 {control}<&-;"
    " printf '{death}' $?\n"
)


class Piped:
    """All that Hands promises but to start a shell, for one on a terminal of ours."""

    def __init__(self, process: Process, terminal: int, commands: int) -> None:
        self._process = process
        self._commands = commands
        self._terminal = terminal
        self._loop = asyncio.get_running_loop()
        self._pending = memoryview(b"")
        self._fed = 0
        self._executed: set[str] = set()
        self._modes = termios.tcgetattr(self.terminal)
        self.ended = process.ended
        self.pid = 0
        """The shell's process, as the host counts."""
        os.set_blocking(commands, False)

    @property
    def epitaph(self) -> str:
        return "the sandbox ended"

    @property
    def terminal(self) -> int:
        return self._terminal

    @property
    def prelude(self) -> str:
        return ""

    def prepare(self) -> None:
        """Before a shell starts: let it open the pipe, which holds nothing for another."""
        self.open_pipes(0o600)
        self._drop_unread()
        self._executed = set(self._process.programs)

    async def started(self) -> None:
        self._process.programs = self._executed  # what starts a shell is not what a session ran
        self.pid = os.tcgetpgrp(self.terminal)
        if self.pid not in self._process.descendants()[1:]:
            raise SandboxError("its shell is not what it seems")
        self.open_pipes(0)

    async def feed(self, text: bytes) -> None:
        self._pending = memoryview(text)
        self._fed = len(text)
        self._feed()

    def shortened(self, lines: str) -> str:
        return lines

    def stop_feeding(self) -> None:
        self._loop.remove_writer(self._commands)

    async def untouched(self) -> bool:
        return self._unread() == self._fed

    async def wants_more(self) -> bool:
        if self._unread():
            return False
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state == "S" and os.tcgetpgrp(self.terminal) == self.pid
        except OSError:
            return False

    async def kill(self, *, whole: bool) -> None:
        # Our marks may have been lost because "stty" had the terminal change them.
        termios.tcsetattr(self.terminal, termios.TCSANOW, self._modes)
        self._process.kill_group(self.pid if whole else self._foreground())

    def writing(self, text: str, path: str) -> str:
        end = f"END_{secrets.token_hex(8)}"
        return f"\\command cat >|{path} <<'{end}'\n{text}{end}"

    async def close(self) -> None:
        await self._process.close()

    def close_pipes(self) -> None:
        """Close our ends, once no shell will be fed any more."""
        self._loop.remove_writer(self._commands)
        os.close(self._commands)

    def open_pipes(self, mode: int) -> None:
        """Whether commands may open our pipes by name, in /proc; only a starting shell must."""
        os.fchmod(self._commands, mode)

    def _unread(self) -> int:
        """Bytes that the shell was fed and has not read."""
        piped = array.array("i", [0])
        fcntl.ioctl(self._commands, termios.FIONREAD, piped)
        return piped[0] + len(self._pending)

    def _foreground(self) -> int:
        try:
            return os.tcgetpgrp(self.terminal)
        except OSError:
            return self.pid

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

    def _drop_unread(self) -> None:
        """Take out of the pipe what a dead shell did not read."""
        with contextlib.suppress(BlockingIOError, OSError):
            reader = os.open(f"/proc/self/fd/{self._commands}", os.O_RDONLY | os.O_NONBLOCK)
            try:
                while os.read(reader, 65536):
                    pass
            finally:
                os.close(reader)


class PipeHands(Piped):
    """The hands of a sandbox's only shell, whose supervisor reads from a second pipe."""

    def __init__(self, process: Process, control: int, commands: int) -> None:
        super().__init__(process, process.master, commands)
        self._control = control
        os.set_blocking(control, False)

    @property
    def terminal(self) -> int:
        return self._process.master

    async def start(self, death: str) -> None:
        self.prepare()
        line = _START.format(commands=COMMANDS_FD, control=CONTROL_FD, death=death)
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(self._control, line.encode())

    def open_pipes(self, mode: int) -> None:
        super().open_pipes(mode)
        os.fchmod(self._control, mode)

    def close_pipes(self) -> None:
        super().close_pipes()
        os.close(self._control)
