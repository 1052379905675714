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

from transcripts.model import Environment, Mount
from transcripts.model import World as Described
from transcripts.runners import RUNNERS, open_sandbox
from transcripts.runners.sandbox import Ran, Refused, Sandbox

PATIENCE = 60.0
"""Seconds that a command may take which ends of its own: far more than it needs."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A command that may take only so many seconds."""

    text: str
    timeout: float
    root: bool = False


def as_root(text: str, timeout: float = PATIENCE) -> Timed:
    """A command of root's."""
    return Timed(text, timeout, root=True)


@dataclass(frozen=True, slots=True)
class Write:
    """A file for the session."""

    path: str
    text: str
    root: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A file wanted from the session."""

    path: str
    limit: int = 1 << 20
    root: bool = False


Look = Callable[[Sandbox], Any]
"""Something to see from outside while the sandbox is there."""
Step = str | Timed | Write | Read | Look


@dataclass(frozen=True, slots=True)
class World:
    """A kind of sandbox, with settings of the test's own."""

    runner: str

    def play(self, *steps: Step, mounts: tuple[Mount, ...] = (), **settings: Any) -> list[Any]:
        """What came of each step: a Ran, the bytes of a file, or a refusal in words."""
        described = Described(environment=self.environment(**settings), mounts=mounts)
        return asyncio.run(_played(described, steps))

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


async def _played(described: Described, steps: tuple[Step, ...]) -> list[Any]:
    async with open_sandbox(described) as sandbox:
        return [await _step(sandbox, step) for step in steps]


async def _step(sandbox: Sandbox, step: Step) -> Any:
    try:
        match step:
            case str():
                return await sandbox.run(step, timeout=PATIENCE)
            case Timed():
                return await sandbox.run(step.text, timeout=step.timeout, root=step.root)
            case Write():
                return await sandbox.write(step.path, step.text, root=step.root)
            case Read():
                return await sandbox.read(step.path, limit=step.limit, root=step.root)
            case _:
                return step(sandbox)
    except Refused as refusal:
        return str(refusal)


def shown(ran: Ran) -> str:
    """Output as text, with a terminal's line ends as plain ones."""
    return ran.output.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.fixture(params=sorted(RUNNERS))
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


@pytest.fixture
def namespace() -> World:
    """For what the kernel that all share must refuse."""
    return World("namespace")


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
