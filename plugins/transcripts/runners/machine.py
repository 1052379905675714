"""The ``machine`` runner: shells of a user and of root in a small virtual machine."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import select
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from ..errors import SandboxError
from ..model import Mount, World
from . import guestroot
from .disks import check_mounts, make_disks
from .engines import Engine, choose, instead, kvm_permitted
from .guest import Guest
from .guestroot import SCRIPTS
from .launch import cure, launch, shortages_told
from .process import Process, open_terminal, unprivileged
from .processors import starting_on_one
from .sandbox import Hosts, Ran, Refused, Sandbox, Supplies
from .scratch import scratch
from .shell import Shell

_BOOT_TIMEOUT = 60.0
_KVM_PATIENCE = 5.0
_KILL_PATIENCE = 3.0
_USER, _ROOT = 1, 2
_MOST_MEMORY = 500 << 30
"""Bytes; a kernel of User-mode Linux that is given more dies at once."""
_SCRIPT = Path(__file__).with_name("guest.pl")
_PANIC = re.compile(r"Kernel panic - not syncing: [^\r\n]*")


class GuestHands:
    """See Hands for what each method promises."""

    def __init__(self, machine: _Machine, number: int, terminal: int) -> None:
        self._machine = machine
        self._guest = machine.guest
        self._number = number
        self._executed: set[str] = set()
        self.terminal = terminal
        self.ended = machine.process.ended

    @property
    def epitaph(self) -> str:
        return self._machine.epitaph()

    @property
    def prelude(self) -> str:
        return self._machine.engine.prelude

    async def start(self, death: str) -> None:
        self._executed = set(self._machine.process.programs)
        await self._ask("start", self._guest.put(death))

    async def started(self) -> None:
        # What starts a shell is not what the session ran.
        self._machine.process.programs = self._executed

    async def feed(self, text: bytes) -> None:
        await self._ask("feed", self._guest.put(text))

    def shortened(self, lines: str) -> str:
        # A shell reads its commands byte by byte, and each system call costs a machine dearly.
        # The last argument stays what it was.
        return f'{{ \\. {SCRIPTS}/{self._guest.put(lines)} "$_"; }} >/dev/null 2>&1\n'

    def stop_feeding(self) -> None:
        pass

    async def wants_more(self) -> bool:
        return await self._ask("more") == "yes"

    async def kill(self, *, whole: bool) -> None:
        what = "whole" if whole else "foreground"
        answer = await self._guest.ask("kill", self._number, what, patience=_KILL_PATIENCE)
        if not answer:
            await self.close()  # it has no time left even for us
        self._machine.note_failure(answer)

    async def untouched(self) -> bool:
        return await self._ask("untouched") == "yes"

    def writing(self, text: str, path: str) -> str:
        return f"\\command cat <{SCRIPTS}/{self._guest.put(text)} >|{path}"

    async def take(self, path: str, limit: int) -> bytes:
        """A file, from where the shell is. Raises Refused."""
        if os.path.normpath(path.lstrip("/")).partition("/")[0] == "..":
            raise Refused("invalid cross-device link")
        word, _, said = (await self._ask("take", self._guest.put(path), limit)).partition(" ")
        if word != "data":
            raise Refused(said or self.epitaph)
        try:
            return base64.b64decode(said, validate=True)[:limit]
        except ValueError as error:  # root can write to the line, too
            raise Refused("the machine's answer was not understood") from error

    async def close(self) -> None:
        await self._machine.process.close()

    async def _ask(self, word: str, *arguments: int) -> str:
        answer = await self._guest.ask(word, self._number, *arguments)
        if not answer:
            await self.close()
        return answer


class _Machine:
    """A machine that is running; see Sandbox for what each method promises."""

    def __init__(
        self, world: World, engine: Engine, process: Process, guest: Guest, terminals: list[int]
    ) -> None:
        self.engine = engine
        self.process = process
        self.guest = guest
        self._reason = ""
        self.world = world
        self._console = bytearray()
        self._hands = {
            number: GuestHands(self, number, terminal)
            for number, terminal in zip((_USER, _ROOT), terminals, strict=True)
        }
        self._shells = {
            number: Shell(hands, output=world.environment.limits.output)
            for number, hands in self._hands.items()
        }
        self._started: set[int] = set()
        self._release = ""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(process.master, self._console_readable)

    @property
    def kernel(self) -> str:
        return f"Linux {self._release} ({self.engine.name})"

    @property
    def filesystem(self) -> str:
        kinds = dict.fromkeys(mount.kind for mount in self.world.mounts)
        return ", ".join(kinds) or "tmpfs"

    @property
    def programs(self) -> frozenset[str]:
        read = (path.removeprefix(self.engine.root) for path in self.process.programs)
        return frozenset({*read, "/bin/bash"})

    async def run(self, text: str, *, timeout: float, root: bool = False, hosts: Hosts = ()) -> Ran:
        return await (await self._shell(root)).run(text, timeout=timeout)

    async def write(self, path: str, text: str, *, root: bool = False, hosts: Hosts = ()) -> None:
        await (await self._shell(root)).write(path, text)

    async def read(self, path: str, *, limit: int, root: bool = False, hosts: Hosts = ()) -> bytes:
        await self._shell(root)
        return await self._hands[_ROOT if root else _USER].take(path, limit)

    async def measured(self) -> str:
        return ""

    async def boot(self) -> None:
        """Wait until it is ready. Raises SandboxError, or Refused for a mount that failed."""
        word, _, said = (await self.guest.booted(_BOOT_TIMEOUT)).partition(" ")
        if word == "mount":
            number, _, reason = said.partition(" ")
            raise _refused(self.world.mounts[int(number)], reason)
        self._release = said
        self.process.programs.clear()  # those of the setup are not the session's
        if word != "ready":
            self._drain()
            printed = self._console.decode("utf-8", "replace").split("\n")
            last = next((line.strip() for line in reversed(printed) if line.strip()), "")
            raise SandboxError(cure(said or self._reason or last or "the machine did not boot"))

    def epitaph(self) -> str:
        """How it ended."""
        self._drain()
        return f"the machine ended: {self._reason}" if self._reason else "the machine ended"

    def note_failure(self, answer: str) -> None:
        """Why a request failed, where it did: it may be why the machine must end."""
        word, _, reason = answer.partition(" ")
        if word == "failed":
            self._reason = self._reason or reason

    def close(self) -> None:
        """Let go of the terminals."""
        for shell in self._shells.values():
            shell.close()
        if self.process.master >= 0:
            self._loop.remove_reader(self.process.master)

    async def _shell(self, root: bool) -> Shell:
        number = _ROOT if root else _USER
        if not self._started:  # any other is started by its first command, which may fail
            await self._shells[number].start()
        self._started.add(number)
        return self._shells[number]

    def _drain(self) -> None:
        """What it said last may be known later than that it is dead."""
        while self.process.master >= 0 and select.select([self.process.master], [], [], 0)[0]:
            if not self._console_readable():
                break

    def _console_readable(self) -> bool:
        """Keep the last that the kernel said, and what it died of; False when it says no more."""
        try:
            data = os.read(self.process.master, 65536)
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self.process.master)
        self._console = (self._console + data)[-8192:]
        if panic := _PANIC.search(self._console.decode("utf-8", "replace")):
            self._reason = panic[0]
        return bool(data)


def _refused(mount: Mount, reason: str) -> Refused:
    remedy = "mend its size or its options"
    if reason.startswith("there is no"):
        remedy = "install the package that has it, or name that in 'Packages:'"
    told = reason.rstrip(". ")
    return Refused(f"{mount.location}: {mount.path} could not be mounted: {told}; {remedy}")


async def boots_with_kvm(world: World, supplies: Supplies) -> bool:
    """Whether QEMU boots the machine with KVM, which may open and never run anything."""
    if not kvm_permitted():
        return False
    try:
        async with (
            asyncio.timeout(_KVM_PATIENCE),
            open_sandbox(replace(world, mounts=()), replace(supplies, kvm=True)),
        ):
            return True
    except (SandboxError, TimeoutError):
        return False


@contextlib.asynccontextmanager
async def open_sandbox(world: World, supplies: Supplies) -> AsyncIterator[Sandbox]:
    """Boot a machine and start a shell in it.

    Raises SandboxError, with the cure, if it cannot, and Refused, with the place, for a mount
    that the post asks for and cannot have.
    """
    check_mounts(world)
    engine = choose(world, supplies)
    _check_memory(world, engine)
    async with contextlib.AsyncExitStack() as ours:
        try:
            machine = await ours.enter_async_context(_running(world, engine))
        except SandboxError:
            if not (other := instead(world, supplies)):
                raise
            machine = await ours.enter_async_context(_running(world, other))
        yield machine


def _check_memory(world: World, engine: Engine) -> None:
    """Raises SandboxError for an amount with which no kernel would tell why it dies."""
    environment, least, most = world.environment, engine.least_memory, _MOST_MEMORY
    if not least <= environment.limits.memory <= most:
        raise SandboxError(
            f"TRANSCRIPTS_ENVIRONMENTS[{environment.name!r}]['limits']['memory'] ="
            f" {environment.limits.memory}; write {least >> 20} << 20 to {most >> 30} << 30,"
            f" as a machine of {engine.name} has {least >> 20} MiB to {most >> 30} GiB"
        )


@contextlib.asynccontextmanager
async def _running(world: World, engine: Engine) -> AsyncIterator[_Machine]:
    with contextlib.ExitStack() as ours:
        with shortages_told():
            scripts = ours.enter_context(scratch())
            _lay_out(scripts, engine)
            machine = _launch(world, engine, scripts, ours)
        try:
            await machine.boot()
            yield machine
        finally:
            machine.close()
            machine.guest.close()
            await machine.process.close()


def _lay_out(scripts: Path, engine: Engine) -> None:
    """Write what the machine reads at its start, for the identity alone that it runs as."""
    (scripts / "guest.pl").write_bytes(_SCRIPT.read_bytes())
    shutil.copyfile(engine.perl, scripts / "perl")
    (scripts / "perl").chmod(0o755)
    for name, text in engine.texts.items():
        (scripts / name).write_text(text, encoding="utf-8")
    identity = unprivileged()
    # The machine's root can open what has no mode; its user, whose the files are there, cannot.
    for shell, mode in ((_USER, 0o600), (_ROOT, 0)):
        os.mkfifo(scripts / f"commands{shell}", mode)
        os.chown(scripts / f"commands{shell}", identity.uid, identity.gid)
    os.chown(scripts, identity.uid, identity.gid)


def _launch(world: World, engine: Engine, scripts: Path, ours: contextlib.ExitStack) -> _Machine:
    told = engine.invocation(scripts)
    size = (world.environment.rows, world.environment.columns)
    line, theirs = (end.detach() for end in socket.socketpair())
    (user, user_terminal), (root, root_terminal) = open_terminal(size), open_terminal(size)
    disks = dict(enumerate(make_disks(world.mounts, ours), start=guestroot.FIRST_DISK_FD))
    given = {
        guestroot.LINE_FD: theirs,
        guestroot.USER_FD: user_terminal,
        guestroot.ROOT_FD: root_terminal,
    }
    ours.callback(os.close, user)
    ours.callback(os.close, root)
    try:
        with starting_on_one() if engine.taking_turns else contextlib.nullcontext():
            process = launch(told, {**given, **disks}, size=size, watch=engine.watch)
    finally:
        for fd in given.values():
            os.close(fd)
    return _Machine(world, engine, process, Guest(process, line, scripts), [user, root])
