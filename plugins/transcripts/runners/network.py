"""The ``network`` runner: shells on emulated hosts, which shaped links join, in one sandbox."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import platform
import secrets
import shlex
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from ..errors import SandboxError
from ..model import Limits, World
from . import bubblewrap, wiring
from .capacity import check_hosts
from .fold import Part, folded
from .launch import FIRST_FILE_FD, cure, launch, layout, shortages_told
from .pipes import Piped
from .process import Process, open_terminal, unprivileged
from .reach import taken
from .sandbox import Hosts, Ran, Refused, Sandbox, Supplies
from .shell import Shell
from .switchboard import Switchboard, file_in_memory
from .verdict import verdict

_BUILD_PATIENCE = 60.0
_PATIENCE = 20.0
_A_HOST = 0.05
"""Seconds that a host may take to be made, or a command on it to start, on a busy machine."""
_MEASURE_PATIENCE = 60.0
_WATCH_SHARE = 20
"""The memory is looked at for at most one part in so many of the time."""
_WATCH_INTERVAL = 0.25
_OVERDUE = 5.0


class HostHands(Piped):
    """The hands of a shell on a host, or on none; see Hands for what each method promises."""

    def __init__(
        self, process: Process, board: Switchboard, place: tuple[str, bool], size: tuple[int, int]
    ) -> None:
        self._board = board
        self._host, self._root = place
        master, self._slave = open_terminal(size)
        self._reader, writer = os.pipe()
        identity = unprivileged()
        for fd in (self._slave, self._reader):
            os.fchown(fd, identity.uid, identity.gid)
        super().__init__(process, master, writer)

    async def start(self, death: str) -> None:
        self.prepare()
        word, said = await self._board.ask(
            "shell",
            (self._slave, self._reader),
            patience=_PATIENCE,
            host=self._host,
            root=self._root,
            death=death.replace("\\033", "\033").replace("\\007", "\007"),
        )
        if word != "done":
            raise SandboxError(said or "its first process does not answer")

    def close_pipes(self) -> None:
        super().close_pipes()
        for fd in (self._reader, self._slave, self.terminal):
            os.close(fd)


class _Network:
    """Hosts that are running; see Sandbox for what each method promises."""

    filesystem = "tmpfs"

    def __init__(self, world: World, process: Process, board: Switchboard) -> None:
        self._world = world
        self._process = process
        self._board = board
        self._shells: dict[tuple[str, bool], tuple[HostHands, Shell]] = {}
        self._interrupt: Callable[[str], None] = lambda _: None

    @property
    def kernel(self) -> str:
        return f"{platform.system()} {platform.release()}"

    @property
    def programs(self) -> frozenset[str]:
        return frozenset({*self._process.programs, "/bin/bash"})

    async def run(self, text: str, *, timeout: float, root: bool = False, hosts: Hosts = ()) -> Ran:
        if len(hosts) > 1:
            return await self._run_on_all(text, timeout=timeout, root=root, hosts=hosts)
        _, shell = await self._shell(hosts, root=root)
        self._interrupt = shell.interrupt
        return await shell.run(text, timeout=timeout)

    async def write(self, path: str, text: str, *, root: bool = False, hosts: Hosts = ()) -> None:
        if len(hosts) > 1:
            await self._write_on_all(path, text, root=root, hosts=hosts)
        else:
            _, shell = await self._shell(hosts, root=root)
            await shell.write(path, text)

    async def read(self, path: str, *, limit: int, root: bool = False, hosts: Hosts = ()) -> bytes:
        if len(hosts) > 1:
            raise Refused("it is on more than one host; take it from one, or from /shared")
        hands, _ = await self._shell(hosts, root=root)
        return taken(hands.pid, path, limit, self._places(hands.pid, root=root))

    async def measured(self) -> str:
        if not self._world.hosts or self._process.ended.is_set():
            return ""
        answer = file_in_memory()
        try:
            samples = wiring.samples(self._world.hosts)
            word, said = await self._board.ask(
                "measure", (answer,), patience=_MEASURE_PATIENCE, samples=samples
            )
            if word != "done":
                raise SandboxError(f"the network could not be measured: {said or word}")
            return verdict(self._world.hosts, _read_json(answer))
        finally:
            os.close(answer)

    async def begin(self) -> None:
        """Wait until all hosts are there. Raises SandboxError, with the cure, if they are not."""
        patience = _BUILD_PATIENCE + _A_HOST * len(self._world.hosts)
        word, said = await self._board.answer(patience)
        if word == "no delay":
            raise SandboxError(
                f"this kernel cannot hold packets back ({said}), which delay=, jitter= and loss="
                " need; load its modules nfnetlink_queue and nft_queue, or leave them out"
            )
        if word != "ready":
            printed = _printed(self._process.master)
            raise SandboxError(cure(said or printed or f"no answer in {patience:.0f} s"))
        self._process.programs.clear()
        await self._shell((), root=False)

    async def watch_memory(self, limits: Limits) -> None:
        """End the largest process, and the command, when all together use more than they may."""
        pause = _WATCH_INTERVAL
        while not self._process.ended.is_set():
            await asyncio.sleep(pause)
            begin = time.monotonic()
            self._check_memory(limits)
            pause = max(_WATCH_INTERVAL, (time.monotonic() - begin) * _WATCH_SHARE)

    def close(self) -> None:
        """Let go of the terminals."""
        for hands, shell in self._shells.values():
            shell.close()
            hands.close_pipes()

    # --- Shells and groups --------------------------------------------------------------

    async def _shell(self, hosts: Hosts, *, root: bool) -> tuple[HostHands, Shell]:
        place = (hosts[0] if hosts else "", root)
        if place not in self._shells:
            environment = self._world.environment
            size = (environment.rows, environment.columns)
            with shortages_told():
                hands = HostHands(self._process, self._board, place, size)
            shell = Shell(hands, output=environment.limits.output)
            self._shells[place] = hands, shell
            await shell.start()
        return self._shells[place]

    async def _run_on_all(self, text: str, *, timeout: float, root: bool, hosts: Hosts) -> Ran:
        answer = file_in_memory()
        self._interrupt = lambda _: self._board.say("stop")
        try:
            word, said = await self._board.ask(
                "group",
                (answer,),
                patience=timeout + _OVERDUE + _PATIENCE + _A_HOST * len(hosts),
                hosts=hosts,
                root=root,
                text=text,
                timeout=timeout,
            )
            if word == "done":
                return folded(_parts(_read_json(answer), hosts), timeout=timeout)
        finally:
            os.close(answer)
        if word != "failed":
            await self._process.close()
        note = f"could not be run on all: {said or 'the sandbox ended'}"
        return Ran(output=b"", status=255, notes=(note,), failed=True)

    async def _write_on_all(self, path: str, text: str, *, root: bool, hosts: Hosts) -> None:
        parent, quoted = shlex.quote(str(Path(path).parent)), shlex.quote(path)
        end = f"END_{secrets.token_hex(8)}"
        ran = await self._run_on_all(
            f"mkdir -p -- {parent} && cat >|{quoted} <<'{end}'\n{text}{end}",
            timeout=_PATIENCE,
            root=root,
            hosts=hosts,
        )
        if ran.status:
            raise Refused(ran.output.decode("utf-8", "replace").strip() or "it cannot be written")

    # --- Memory -------------------------------------------------------------------------

    def _check_memory(self, limits: Limits) -> None:
        used = {pid: _private(pid) for pid in self._process.descendants()[1:]}
        excess = sum(used.values()) + self._stored() - limits.memory
        if excess <= 0:
            return
        for pid in sorted(used, key=used.__getitem__, reverse=True):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            excess -= used[pid]
            if excess <= 0:
                break
        self._interrupt(f"killed: the session used more than {limits.memory >> 20} MiB")

    def _stored(self) -> int:
        """Bytes in the file systems of the sandbox, which are memory too."""
        stored = 0
        places = (*bubblewrap.WRITABLE, wiring.SHARED, wiring.HOMES)
        for place in (*places, bubblewrap.home(self._world.environment)):
            with contextlib.suppress(OSError):
                found = os.statvfs(f"/proc/{self._process.descendants()[-1]}/root{place}")
                stored += (found.f_blocks - found.f_bfree) * found.f_frsize
        return stored

    def _places(self, pid: int, *, root: bool) -> tuple[str, ...]:
        """Where a shell can write, as the host sees it."""
        home = "/root" if root else bubblewrap.home(self._world.environment)
        places = (*bubblewrap.WRITABLE, wiring.SHARED, home)
        return tuple(f"/proc/{pid}/root{place}" for place in places)


@contextlib.asynccontextmanager
async def open_sandbox(world: World, supplies: Supplies) -> AsyncIterator[Sandbox]:
    """Make the hosts and their links, and a shell beside them.

    Raises SandboxError, with the cure, if it cannot, and Refused, with the place, for more hosts
    than this machine carries.
    """
    check_hosts(world)
    with shortages_told():
        process, board = _launch(world, supplies)
    network = _Network(world, process, board)
    watch = asyncio.create_task(network.watch_memory(world.environment.limits))
    try:
        await network.begin()
        yield network
    finally:
        watch.cancel()
        network.close()
        board.close()
        await process.close()


def _launch(world: World, supplies: Supplies) -> tuple[Process, Switchboard]:
    environment = world.environment
    told = wiring.invocation(
        world,
        layout(supplies.root),
        supplies.inputs,
        wiring.program(),
        first_fd=FIRST_FILE_FD,
    )
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    plan = file_in_memory(wiring.plan(world))
    try:
        process = launch(
            told,
            {wiring.LINE_FD: theirs.fileno(), wiring.PLAN_FD: plan},
            size=(environment.rows, environment.columns),
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
        os.close(plan)
    return process, Switchboard(process, ours)


def _parts(told: dict[str, Any], hosts: Hosts) -> dict[str, Part]:
    late = set(told["late"])
    return {
        host: Part(output=base64.b64decode(output), status=status, cut=cut, late=host in late)
        for host in hosts
        for status, output, cut in (told["hosts"][host],)
    }


def _read_json(fd: int) -> Any:  # noqa: ANN401 — of our own program
    os.lseek(fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(fd), "rb") as file:
        return json.loads(file.read())


def _printed(master: int) -> str:
    """What the sandbox said on its terminal instead of doing what it should."""
    try:
        return os.read(master, 65536).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _private(pid: int) -> int:
    """Bytes of memory that no other process shares."""
    try:
        words = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(words[1]) - int(words[2])) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
