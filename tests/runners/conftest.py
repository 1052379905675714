"""Real sandboxes of every runner, each opened for one test and left at its end."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from transcripts.model import Environment, Host, Link, Location, Mount
from transcripts.model import World as Described
from transcripts.runners import RUNNERS, open_sandbox
from transcripts.runners.sandbox import Ran, Refused, Sandbox

PATIENCE = 60.0
"""Seconds that a command may take which ends of its own: far more than it needs."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A command that may take only so many seconds."""

    text: str
    timeout: float = PATIENCE
    root: bool = False
    hosts: tuple[str, ...] | None = None
    """Where, if not where all is done."""


def as_root(text: str, timeout: float = PATIENCE) -> Timed:
    """A command of root's."""
    return Timed(text, timeout, root=True)


@dataclass(frozen=True, slots=True)
class Write:
    """A file for the session."""

    path: str
    text: str
    root: bool = False
    hosts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A file wanted from the session."""

    path: str
    limit: int = 1 << 20
    root: bool = False
    hosts: tuple[str, ...] | None = None


Look = Callable[[Sandbox], Any]
"""Something to see from outside while the sandbox is there."""
Step = str | Timed | Write | Read | Look


@dataclass(frozen=True, slots=True)
class World:
    """A kind of sandbox, with settings of the test's own."""

    runner: str
    on: str = ""
    """The host on which all is done, if there is a network."""

    def play(self, *steps: Step, mounts: tuple[Mount, ...] = (), **settings: Any) -> list[Any]:
        """What came of each step: a Ran, the bytes of a file, or a refusal in words."""
        return asyncio.run(_played(self.described(mounts=mounts, **settings), steps, self.hosts))

    @property
    def hosts(self) -> tuple[str, ...]:
        return (self.on,) if self.on else ()

    def described(self, mounts: tuple[Mount, ...] = (), **settings: Any) -> Described:
        """The world, with its host and another one if it is a network."""
        named = (self.on, "other") if self.on else ()
        hosts = tuple(host(name, up=10_000_000, down=10_000_000) for name in named)
        environment = self.environment(**settings)
        return Described(environment=environment, mounts=mounts, hosts=hosts)

    def commands(self, *texts: str, **settings: Any) -> list[Ran]:
        """What came of commands that end of their own."""
        return self.play(*texts, **settings)

    def output(self, text: str, **settings: Any) -> str:
        """What one command printed, which must end well."""
        (ran,) = self.commands(text, **settings)
        assert (ran.status, ran.notes) == (0, ()), ran
        return shown(ran)

    def environment(self, **settings: Any) -> Environment:
        return Environment(name="tested", runner=self.runner, **settings)


def host(name: str, declared: str = "", **link: Any) -> Host:
    """A host as a post would declare it."""
    place = Location(path="post.md", line=2)
    return Host(name=name, link=Link(**link), declared=declared or name, location=place)


async def _played(
    described: Described, steps: tuple[Step, ...], hosts: tuple[str, ...]
) -> list[Any]:
    async with open_sandbox(described) as sandbox:
        return [await _step(sandbox, step, hosts) for step in steps]


async def _step(sandbox: Sandbox, step: Step, on: tuple[str, ...]) -> Any:
    try:
        match step:
            case str():
                return await sandbox.run(step, timeout=PATIENCE, hosts=on)
            case Timed():
                hosts = on if step.hosts is None else step.hosts
                return await sandbox.run(
                    step.text, timeout=step.timeout, root=step.root, hosts=hosts
                )
            case Write():
                hosts = on if step.hosts is None else step.hosts
                return await sandbox.write(step.path, step.text, root=step.root, hosts=hosts)
            case Read():
                hosts = on if step.hosts is None else step.hosts
                return await sandbox.read(step.path, limit=step.limit, root=step.root, hosts=hosts)
            case _:
                return step(sandbox)
    except Refused as refusal:
        return str(refusal)


def shown(ran: Ran) -> str:
    """Output as text, with a terminal's line ends as plain ones."""
    return ran.output.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.fixture(params=[*sorted(RUNNERS), "host"])
def world(request: pytest.FixtureRequest) -> World:
    """Each kind of sandbox, and of a network a host too."""
    return World("network", on="blog") if request.param == "host" else World(request.param)


@pytest.fixture
def namespace() -> World:
    """For what the kernel that all share must refuse."""
    return World("namespace")


@pytest.fixture
def network() -> World:
    """For what only hosts have."""
    return World("network")


@pytest.fixture
def machine() -> World:
    """For what only a kernel of its own gives."""
    return World("machine")


def processes_of_ours() -> set[int]:
    """All that this process has started, and what that has, as far as it has not ended."""
    found = [os.getpid()]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                continue
    return set(found[1:])


def gone(processes: set[int]) -> bool:
    """Whether processes end, which the kernel may take a moment for."""
    deadline = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
