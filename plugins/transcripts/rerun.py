"""Runs the sessions of posts and keeps what they printed: the joint of the stages that run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from .compare import changed, is_valid, kept_up, verify
from .config import Config
from .crews import Crew, crew
from .errors import ParseError, SandboxError
from .model import Drift, Kind, Location, Post, Recorded, Recording, Report, Session
from .progress import Progress
from .runners.sandbox import Refused
from .sources import Source, pending_drift, to_run
from .store import write_recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a run shall do."""

    everything: bool
    """Run all sessions, not only those without a valid recording."""
    keep: bool
    """Change no accepted recording: what differs is left pending."""
    today: date
    scheduler: str = ""
    """Address of a Dask scheduler whose workers run the sessions; empty for this machine."""


async def rerun(
    sources: Iterable[Source], config: Config, progress: Progress, task: Task
) -> Report:
    """Run sessions in parallel over the cores, and store what they printed post by post.

    Raises SandboxError where there is no sandbox.
    """
    chosen = [(source, to_run(source, everything=task.everything)) for source in sources]
    async with crew(config, task.today, progress.tell, task.scheduler) as at_work:
        return await _rerun_all(_Run(progress, at_work), chosen, keep=task.keep)


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
    crew: Crew


async def _rerun_post(
    run: _Run, source: Source, sessions: tuple[Session, ...], *, keep: bool
) -> Report:
    tasks: list[asyncio.Task[Recorded | str]] = []
    try:
        if sessions:  # what runs nothing needs no root file system
            await run.crew.prepare(source.post)
    except ParseError as error:
        return Report(problems=(str(error),))
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(_one(run, source.post, session)) for session in sessions]
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
        comparable = _comparable(session, old)
        differs = changed(source.post, session, old, new) if new and old and comparable else ()
        drifts += differs
        waiting = source.pending.by_name.get(session.name)
        if new and (differs or (keep and not comparable)):
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
    now = {one.session for one in pending if kept_up(one)}
    caught_up = frozenset(one.location for one in source.post.sessions if one.name in now)
    told = (_caught_up(d, caught_up) for d in verify(source.post, settled))
    return Report(drifts=(*drifts, *told))


def _caught_up(drift: Drift, locations: frozenset[Location]) -> Drift:
    """What is wrong with a recording; a slow machine's may have a pending one of a fast one."""
    if drift.kind is not Kind.OVERLOADED or drift.location not in locations:
        return drift
    message = "this machine kept up now, which it had not in the recording"
    return replace(drift, message=f"{message}; take it with 'invoke accept'")


def _comparable(session: Session, old: Recorded | None) -> bool:
    """Whether a recording is of just this session, and shows more than a slow machine."""
    return old is not None and is_valid(session, old) and kept_up(old)


def _refreshed(session: Session, old: Recorded | None, new: Recorded) -> Recorded:
    """A run that found all as recorded renews when and on what; volatile text stays as it was."""
    if old is None or not _comparable(session, old):
        return new
    return replace(old, provenance=new.provenance)


# --- One session ------------------------------------------------------------------------


async def _one(run: _Run, post: Post, session: Session) -> Recorded | str:
    """What the session printed, or the problem, in words, that kept it from its end."""
    name = f"{post.path} {session.name}"
    async with run.crew.room(post.world):
        run.progress.begin(name)
        result = "interrupted"
        try:
            recorded = await run.crew.perform(
                post, session, lambda done: run.progress.step(name, done, len(session.steps))
            )
        except (Refused, ParseError) as error:  # a worker prepares only now
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
