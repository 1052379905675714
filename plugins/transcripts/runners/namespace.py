"""The ``namespace`` runner: a shell in bubblewrap, on the author's own system, read-only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from ..errors import SandboxError
from ..model import Environment, Limits, World
from . import bubblewrap
from .hands import COMMANDS_FD
from .launch import FIRST_FILE_FD, cure, launch, layout, shortages_told
from .pipes import CONTROL_FD, SUPERVISOR, PipeHands
from .process import Process
from .reach import taken
from .sandbox import Hosts, Ran, Sandbox, Supplies
from .shell import Shell

_WATCH_INTERVAL = 0.25


class _Namespace:
    """A sandbox that is running; see Sandbox for what each method promises."""

    filesystem = "tmpfs"

    def __init__(
        self, process: Process, hands: PipeHands, shell: Shell, environment: Environment
    ) -> None:
        self._process = process
        self._hands = hands
        self._shell = shell
        self._environment = environment

    @property
    def kernel(self) -> str:
        return f"{platform.system()} {platform.release()}"

    @property
    def programs(self) -> frozenset[str]:
        return frozenset({*self._process.programs, "/bin/bash"})

    async def run(self, text: str, *, timeout: float, root: bool = False, hosts: Hosts = ()) -> Ran:
        return await self._shell.run(text, timeout=timeout)

    async def write(self, path: str, text: str, *, root: bool = False, hosts: Hosts = ()) -> None:
        await self._shell.write(path, text)

    async def read(self, path: str, *, limit: int, root: bool = False, hosts: Hosts = ()) -> bytes:
        return taken(self._hands.pid, path, limit, self._places())

    async def measured(self) -> str:
        return ""

    async def watch_memory(self, limits: Limits) -> None:
        """End the largest process, and the command, when all together use more than they may."""
        while not self._process.ended.is_set():
            await asyncio.sleep(_WATCH_INTERVAL)
            used = {pid: _resident(pid) for pid in self._process.descendants()[1:]}
            excess = sum(used.values()) + self._stored() - limits.memory
            if excess <= 0:
                continue
            for pid in sorted(used, key=used.__getitem__, reverse=True):
                with contextlib.suppress(ProcessLookupError):  # it may run in the background
                    os.kill(pid, signal.SIGKILL)
                excess -= used[pid]
                if excess <= 0:
                    break
            self._shell.interrupt(f"killed: the session used more than {limits.memory >> 20} MiB")

    def _stored(self) -> int:
        """Bytes in the file systems of the sandbox, which are memory too."""
        stored = 0
        for place in self._places():
            with contextlib.suppress(OSError):
                found = os.statvfs(place)
                stored += (found.f_blocks - found.f_bfree) * found.f_frsize
        return stored

    def _places(self) -> tuple[str, ...]:
        """Where the session can write, as the host sees it."""
        places = (*bubblewrap.WRITABLE, bubblewrap.home(self._environment))
        return tuple(f"/proc/{self._hands.pid}/root{place}" for place in places)


@contextlib.asynccontextmanager
async def open_sandbox(world: World, supplies: Supplies) -> AsyncIterator[Sandbox]:
    """Start bubblewrap and a shell in it. Raises SandboxError, with the cure, if it cannot."""
    environment = world.environment
    with shortages_told():
        process, hands = _launch(environment, supplies)
    shell = Shell(hands, output=environment.limits.output)
    sandbox = _Namespace(process, hands, shell, environment)
    watch = asyncio.create_task(sandbox.watch_memory(environment.limits))
    try:
        try:
            await shell.start()
        except SandboxError as error:
            raise SandboxError(cure(str(error))) from error
        yield sandbox
    finally:
        watch.cancel()
        shell.close()
        hands.close_pipes()
        await process.close()


def _launch(environment: Environment, supplies: Supplies) -> tuple[Process, PipeHands]:
    told = bubblewrap.invocation(
        environment,
        layout(supplies.root),
        supplies.inputs,
        _limited(environment.limits),
        first_fd=FIRST_FILE_FD,
    )
    with contextlib.ExitStack() as ours:
        theirs, control = _pipe(ours)
        theirs_too, commands = _pipe(ours)
        process = launch(
            told,
            {CONTROL_FD: theirs, COMMANDS_FD: theirs_too},
            size=(environment.rows, environment.columns),
        )
    return process, PipeHands(process, control, commands)


def _limited(limits: Limits) -> tuple[str, ...]:
    """The supervisor, under limits set inside, where processes of others do not count."""
    return (
        "/usr/bin/prlimit",
        f"--nproc={limits.processes}",
        f"--fsize={limits.file_size}",
        "--core=0",
        "--",
        *SUPERVISOR,
    )


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    """A pipe whose reading end is the sandbox's, and so closed here once it has started."""
    reader, writer = os.pipe()
    stack.callback(os.close, reader)
    return reader, writer


# --- Looking into the sandbox from outside ----------------------------------------------


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
