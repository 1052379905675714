"""Runs one session from its start, and gives what it printed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from .artifacts import artifact_problem
from .model import (
    Artifact,
    ArtifactFile,
    Command,
    Environment,
    Exchange,
    File,
    Location,
    Provenance,
    Recorded,
    Session,
    World,
    line_text,
)
from .runners import open_sandbox
from .runners.packages import Packages
from .runners.sandbox import Ran, Refused, Sandbox, Supplies
from .screen import read_screen, too_busy

T = TypeVar("T")
_NOTHING = Supplies()
_NO_STATUS = 255
"""Of a command that was not run, or whose sandbox ended."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session runs, with what was got for it."""

    world: World
    supplies: Supplies = _NOTHING


async def run_session(
    session: Session,
    place: Place,
    packages: Packages,
    *,
    today: date,
    on_step: Callable[[int], None] = lambda _: None,
) -> Recorded:
    """Run one session from its start.

    Raises Refused, with the place, for a file that cannot be written or taken out, and
    SandboxError where the sandbox could not be started.
    """
    environment = place.world.environment
    async with open_sandbox(place.world, place.supplies) as sandbox:
        exchanges, artifacts = await _go_through(session, sandbox, environment, on_step)
        provenance = await _provenance(sandbox, place, packages, today)
    return Recorded(
        session=session.name,
        environment=session.environment,
        digest=session.digest,
        provenance=provenance,
        exchanges=tuple(exchanges),
        artifacts=tuple(artifacts),
    )


async def _go_through(
    session: Session, sandbox: Sandbox, environment: Environment, on_step: Callable[[int], None]
) -> tuple[list[Exchange], list[ArtifactFile]]:
    """Do all steps in their order: what the commands printed, and the files that are shown."""
    exchanges: list[Exchange] = []
    artifacts: list[ArtifactFile] = []
    deadline = time.monotonic() + environment.limits.session
    for done, step in enumerate(session.steps):
        on_step(done)
        match step:
            case Command():
                left = deadline - time.monotonic()
                exchanges.append(await _exchange(sandbox, step, environment, left))
            case File():
                writing = sandbox.write(step.path, step.text, root=step.root, hosts=step.hosts)
                with _after(session, exchanges):
                    await _placed(step.location, step.path, writing)
            case Artifact():
                with _after(session, exchanges):
                    artifacts.append(await _artifact(sandbox, step, environment))
    return exchanges, artifacts


async def _provenance(
    sandbox: Sandbox, place: Place, packages: Packages, today: date
) -> Provenance:
    ran = await packages.of(sandbox.programs)  # before what measures runs
    return Provenance(
        day=today,
        kernel=sandbox.kernel,
        filesystem=sandbox.filesystem,
        packages=ran,
        hosts=tuple(dict.fromkeys(host.declared for host in place.world.hosts)),
        network=await sandbox.measured(),
    )


@contextlib.contextmanager
def _after(session: Session, exchanges: Sequence[Exchange]) -> Iterator[None]:
    """Adds to a refusal that the command before failed, which may be why."""
    try:
        yield
    except Refused as error:
        if not exchanges:
            raise
        at = _last_to_run(exchanges)
        last = exchanges[at]
        if not last.status and not last.failed:
            raise
        said = line_text(last.output[-1]) if last.output else ""
        ended = f"ended with exit status {last.status}{': ' if said else ''}{said}"
        if last.failed:
            ended = f"failed: {', '.join(last.notes)}"
        command = [step for step in session.steps if isinstance(step, Command)][at]
        typed = command.text.partition("\n")[0]
        raise Refused(f"{error}; {typed!r} of line {command.location.line} {ended}") from error


def _last_to_run(exchanges: Sequence[Exchange]) -> int:
    """Which exchange was the last; where a sandbox ended, the one that ended it."""
    at = len(exchanges) - 1
    while at and _cannot_run(exchanges[at]) and _cannot_run(exchanges[at - 1]):
        at -= 1
    return at


def _cannot_run(exchange: Exchange) -> bool:
    return exchange.failed and exchange.status == _NO_STATUS


async def _artifact(sandbox: Sandbox, step: Artifact, environment: Environment) -> ArtifactFile:
    what = f"{step.kind} {step.path}"
    read = sandbox.read(
        step.path, limit=environment.limits.artifact, root=step.root, hosts=step.hosts
    )
    data = await _placed(step.location, what, read)
    if problem := artifact_problem(step.kind, step.path, data):
        raise Refused(f"{step.location}: {what} {problem}")
    return ArtifactFile(kind=step.kind, path=step.path, data=data)


async def _exchange(
    sandbox: Sandbox, command: Command, environment: Environment, left: float
) -> Exchange:
    if left > 0:
        timeout = min(command.timeout, left)
        ran = await sandbox.run(
            command.text, timeout=timeout, root=command.root, hosts=command.hosts
        )
    else:
        limit = environment.limits.session
        note = f"not run: the session took more than {limit:g} s"
        ran = Ran(output=b"", status=_NO_STATUS, notes=(note,), failed=True)
    busy = ("too many cursor movements: shown without them",) if too_busy(ran.output) else ()
    output = read_screen(ran.output, columns=environment.columns, rows=environment.rows)
    return Exchange(
        prompt=command.prompt,
        command=command.text,
        output=output,
        status=ran.status,
        notes=(*ran.notes, *busy),
        failed=ran.failed,
    )


async def _placed(location: Location, what: str, doing: Awaitable[T]) -> T:
    """Await a file operation; a refusal is a problem of the post, at its place."""
    try:
        return await doing
    except Refused as error:
        raise Refused(f"{location}: {what}: {error}; mend the path or the command") from error
