"""Runs the sessions of posts and keeps what they printed: the joint of the stages that run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from .artifacts import artifact_problem
from .compare import changed, is_valid, verify
from .config import Config
from .errors import ParseError, SandboxError
from .model import (
    Artifact,
    ArtifactFile,
    Command,
    Drift,
    Environment,
    Exchange,
    File,
    Kind,
    Location,
    Post,
    Provenance,
    Recorded,
    Recording,
    Report,
    Session,
    World,
    line_text,
)
from .progress import Progress
from .runners import open_sandbox
from .runners.packages import Packages
from .runners.sandbox import Ran, Refused, Sandbox, Supplies
from .screen import read_screen, too_busy
from .sources import Source, pending_drift, to_run
from .store import write_recording
from .supplies import Supplier

T = TypeVar("T")
_NOTHING = Supplies()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a run shall do."""

    everything: bool
    """Run all sessions, not only those without a valid recording."""
    keep: bool
    """Change no accepted recording: what differs is left pending."""
    today: date


async def rerun(
    sources: Iterable[Source], config: Config, progress: Progress, task: Task
) -> Report:
    """Run sessions in parallel over the cores, and store what they printed post by post.

    Raises SandboxError where there is no sandbox.
    """
    cores = asyncio.Semaphore(len(os.sched_getaffinity(0)))
    chosen = [(source, to_run(source, everything=task.everything)) for source in sources]
    with contextlib.ExitStack() as held:
        supplier = Supplier(config, progress.tell, held)
        return await _rerun_all(_Run(progress, cores, task.today, supplier), chosen, keep=task.keep)


async def _rerun_all(
    run: _Run, chosen: Iterable[tuple[Source, tuple[Session, ...]]], *, keep: bool
) -> Report:
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_rerun_post(run, source, sessions, keep=keep))
            for source, sessions in chosen
        ]
    return sum((done.result() for done in tasks), Report())


@dataclass(frozen=True, slots=True)
class _Run:
    progress: Progress
    cores: asyncio.Semaphore
    today: date
    supplier: Supplier
    databases: dict[Path, Packages] = field(default_factory=dict)
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextlib.asynccontextmanager
    async def room(self, world: World) -> AsyncIterator[None]:
        """A core; or all of them for a network, which is only as true as nothing else runs."""
        async with contextlib.AsyncExitStack() as taken:
            if world.hosts:
                await taken.enter_async_context(self.alone)
            for _ in range(len(os.sched_getaffinity(0)) if world.hosts else 1):
                await taken.enter_async_context(self.cores)
            yield

    def packages(self, root: Path) -> Packages:
        """The packages of a root file system, asked for once."""
        return self.databases.setdefault(root, Packages(root))


async def _rerun_post(
    run: _Run, source: Source, sessions: tuple[Session, ...], *, keep: bool
) -> Report:
    tasks: list[asyncio.Task[Recorded | str]] = []
    try:
        supplies = await run.supplier.supply(source.post.world, Path(source.post.path))
    except ParseError as error:
        return Report(problems=(str(error),))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run.packages(supplies.root).load())
            tasks += [
                group.create_task(_one(run, source.post, session, supplies)) for session in sessions
            ]
    except BaseException:
        if fresh := _fresh(tasks):
            _settle(source, fresh, keep=keep)  # what came to its end need not run again
        raise
    results = [task.result() for task in tasks]
    problems = tuple(result for result in results if isinstance(result, str))
    settled = _settle(source, _fresh(tasks), keep=keep)
    # That a session which failed is not recorded need not be told as well.
    failed = {
        session.location
        for session, result in zip(sessions, results, strict=True)
        if isinstance(result, str)
    }
    unrecorded = (Kind.MISSING, Kind.STALE)
    drifts = tuple(
        d for d in settled.drifts if d.kind not in unrecorded or d.location not in failed
    )
    return Report(problems=problems, drifts=drifts)


def _fresh(tasks: Iterable[asyncio.Task[Recorded | str]]) -> dict[str, Recorded]:
    ended = (task for task in tasks if not task.cancelled() and not task.exception())
    results = (task.result() for task in ended)
    return {result.session: result for result in results if isinstance(result, Recorded)}


def _settle(source: Source, fresh: Mapping[str, Recorded], *, keep: bool) -> Report:
    """Decide for each fresh session whether it is recorded or left pending, and write both."""
    accepted: list[Recorded] = []
    pending: list[Recorded] = []
    drifts: list[Drift] = []
    for session in source.post.sessions:
        old, new = source.accepted.by_name.get(session.name), fresh.get(session.name)
        differs = (
            changed(source.post, session, old, new)
            if new and old and is_valid(session, old)
            else ()
        )
        drifts += differs
        waiting = source.pending.by_name.get(session.name)
        if new and (differs or (keep and not is_valid(session, old))):
            pending.append(new)
        elif waiting and not new and is_valid(session, waiting):
            pending.append(waiting)
        if new and not differs and not keep:
            accepted.append(_refreshed(session, old, new))
        elif old:
            accepted.append(old)
    settled = Recording(sessions=tuple(accepted))
    if not keep:
        write_recording(source.files.recording, settled if accepted else None)
    write_recording(source.files.pending, Recording(sessions=tuple(pending)) if pending else None)
    if pending and not drifts and not keep:
        drifts.append(pending_drift(source))
    return Report(drifts=(*drifts, *verify(source.post, settled)))


def _refreshed(session: Session, old: Recorded | None, new: Recorded) -> Recorded:
    """A run that found all as recorded renews when and on what; volatile text stays as it was."""
    if old is None or not is_valid(session, old):
        return new
    return replace(old, provenance=new.provenance)


# --- One session ------------------------------------------------------------------------


async def _one(run: _Run, post: Post, session: Session, supplies: Supplies) -> Recorded | str:
    """What the session printed, or the problem, in words, that kept it from its end."""
    name = f"{post.path} {session.name}"
    async with run.room(post.world):
        run.progress.begin(name)
        result = "interrupted"
        try:
            recorded = await run_session(
                session,
                Place(post.world, supplies),
                run.packages(supplies.root),
                today=run.today,
                on_step=lambda done: run.progress.step(name, done, len(session.steps)),
            )
        except Refused as error:
            result = "failed"
            return str(error)
        except OSError as error:
            result = "failed"
            return f"{session.location}: session {session.name!r} broke: {error}; run it again"
        except SandboxError:
            result = "no sandbox"
            raise
        else:
            count = len(recorded.exchanges)
            result = f"ran {count} {'command' if count == 1 else 'commands'}"
            return recorded
        finally:
            run.progress.end(name, result)


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
    exchanges: list[Exchange] = []
    artifacts: list[ArtifactFile] = []
    environment = place.world.environment
    async with open_sandbox(place.world, place.supplies) as sandbox:
        deadline = time.monotonic() + environment.limits.session
        for done, step in enumerate(session.steps):
            on_step(done)
            match step:
                case Command():
                    left = deadline - time.monotonic()
                    exchanges.append(await _exchange(sandbox, step, environment, left))
                case File():
                    writing = sandbox.write(step.path, step.text, root=step.root, hosts=step.hosts)
                    await _placed(step.location, step.path, writing)
                case Artifact():
                    with _after(exchanges):
                        artifacts.append(await _artifact(sandbox, step, environment))
        ran = await packages.of(sandbox.programs)  # before what measures runs
        provenance = Provenance(
            day=today,
            kernel=sandbox.kernel,
            filesystem=sandbox.filesystem,
            packages=ran,
            hosts=tuple(dict.fromkeys(host.declared for host in place.world.hosts)),
            network=await sandbox.measured(),
        )
    return Recorded(
        session=session.name,
        environment=session.environment,
        digest=session.digest,
        provenance=provenance,
        exchanges=tuple(exchanges),
        artifacts=tuple(artifacts),
    )


@contextlib.contextmanager
def _after(exchanges: Sequence[Exchange]) -> Iterator[None]:
    """Adds to a refusal that the command before failed, which is why nothing is there to show."""
    try:
        yield
    except Refused as error:
        last = exchanges[-1]
        if not last.status:
            raise
        said = f": {line_text(last.output[-1])}" if last.output else ""
        command = last.command.partition("\n")[0]
        raise Refused(f"{error}; {command!r} ended with exit status {last.status}{said}") from error


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
        ran = Ran(output=b"", status=255, notes=(note,), failed=True)
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
