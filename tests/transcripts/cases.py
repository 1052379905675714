"""Posts with recordings, as the cases of several stages have them.

``digest valid`` in a recording stands for the digest of the session as the post has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from transcripts.model import Environment, Post, Recording
from transcripts.parse import parse
from transcripts.record import parse_recording

_ENVIRONMENTS: Mapping[str, Environment] = {"sandbox": Environment(name="sandbox")}


def post_of(case: Path) -> Post:
    """The post of a case."""
    return parse(case.read_text(encoding="utf-8"), case.name, _ENVIRONMENTS)


def recording_of(path: Path, post: Post) -> Recording:
    """The recording of a case; where there is no such file, one of no session."""
    if not path.exists():
        return Recording()
    recording = parse_recording(path.read_text(encoding="utf-8"), path.name)
    digests = {session.name: session.digest for session in post.sessions}
    return Recording(
        sessions=tuple(
            replace(one, digest=digests[one.session]) if one.digest == "valid" else one
            for one in recording.sessions
        )
    )
