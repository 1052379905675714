"""Reads posts with their recordings, and says what is wrong with them; runs and renders nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .compare import is_valid, verify
from .errors import TranscriptError
from .model import Drift, Environment, Kind, Location, Post, Recording, Report, Session
from .parse import parse
from .store import Files, read_post, read_recording


@dataclass(frozen=True, slots=True)
class Source:
    """A post that could be read, with its recordings."""

    files: Files
    post: Post
    accepted: Recording
    pending: Recording


def read_source(path: Path, environments: Mapping[str, Environment]) -> Source:
    """Read a post and its recordings. Raises TranscriptError at the first problem."""
    files = Files(path)
    return Source(
        files,
        parse(read_post(path), str(path), environments),
        read_recording(files.recording) or Recording(),
        read_recording(files.pending) or Recording(),
    )


def read_sources(
    paths: Iterable[Path], environments: Mapping[str, Environment]
) -> tuple[list[Source], Report]:
    """All posts that can be read, and the first problem of each that cannot."""
    sources, problems = [], []
    for path in paths:
        try:
            sources.append(read_source(path, environments))
        except TranscriptError as error:
            problems.append(str(error))
    return sources, Report(problems=tuple(problems))


def verify_source(source: Source) -> Report:
    """What a post says and its recordings do not, without running anything."""
    drifts = verify(source.post, source.accepted)
    if source.pending.sessions:
        drifts = (*drifts, pending_drift(source))
    return Report(drifts=drifts)


def pending_drift(source: Source) -> Drift:
    """The reminder that something waits to be accepted."""
    return Drift(
        kind=Kind.CHANGED,
        location=Location(path=str(source.files.pending), line=1),
        message="a changed recording is pending; see and take it with 'invoke accept',"
        " or delete the file",
    )


def to_run(source: Source, *, everything: bool) -> tuple[Session, ...]:
    """The sessions of a post that have no valid recording, or all of them."""
    return tuple(
        session
        for session in source.post.sessions
        if everything or not is_valid(session, source.accepted.by_name.get(session.name))
    )
