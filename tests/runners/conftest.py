"""Real sandboxes of every runner, each opened for one test and left at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from transcripts.model import Environment, Limits
from transcripts.runners import RUNNERS, open_sandbox
from transcripts.runners.sandbox import Ran, Refused, Sandbox

PATIENCE = 60.0
"""Seconds that a command may take which ends of its own: far more than it needs."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A command that may take only so many seconds."""

    text: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Write:
    """A file for the session."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """A file wanted from the session."""

    path: str
    limit: int = 1 << 20


Look = Callable[[Sandbox], Any]
"""Something to see from outside while the sandbox is there."""
Step = str | Timed | Write | Read | Look


@dataclass(frozen=True, slots=True)
class World:
    """A kind of sandbox, with settings of the test's own."""

    runner: str

    def play(self, *steps: Step, limits: Limits | None = None, **settings: Any) -> list[Any]:
        """What came of each step: a Ran, the bytes of a file, or a refusal in words."""
        environment = self.environment(limits=limits or Limits(), **settings)
        return asyncio.run(_played(environment, steps))

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


async def _played(environment: Environment, steps: tuple[Step, ...]) -> list[Any]:
    async with open_sandbox(environment) as sandbox:
        return [await _step(sandbox, step) for step in steps]


async def _step(sandbox: Sandbox, step: Step) -> Any:
    try:
        match step:
            case str():
                return await sandbox.run(step, timeout=PATIENCE)
            case Timed():
                return await sandbox.run(step.text, timeout=step.timeout)
            case Write():
                return await sandbox.write(step.path, step.text)
            case Read():
                return await sandbox.read(step.path, limit=step.limit)
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


def processes_of(token: str) -> list[int]:
    """The processes on this machine whose command line holds a word."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in words:
                found.append(int(entry.name))
    return found
