"""Puts the recorded sessions of a post into its page: the joint of the stages that render.

It reads recordings and never runs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .compare import history_holds, is_valid
from .errors import TranscriptError
from .loom import Loom
from .model import Environment, Post, Recording
from .parse import parse
from .store import Files, read_post, read_recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """What stands in the place of some lines of a post."""

    first_line: int
    last_line: int
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Woven:
    """All that a page needs of its transcripts."""

    fragments: tuple[Fragment, ...] = ()
    feed: Mapping[str, str] = field(default_factory=dict)
    """By the id of a page's ``figure`` or ``section``, what stands there in a feed."""
    downloads: Mapping[str, bytes] = field(default_factory=dict)
    """Files of the site, by their path in it."""
    verdict: bool | None = None
    """Whether all histories of the post still hold; None where it has none."""
    problems: tuple[str, ...] = ()


def weave_file(path: Path, content: Path, environments: Mapping[str, Environment]) -> Woven:
    """Weave a post as it lies there; a problem becomes part of the page, never its absence."""
    files = Files(path)
    try:
        post = parse(read_post(path), str(path), environments)
        accepted = read_recording(files.recording) or Recording()
        pending = read_recording(files.pending) or Recording()
    except TranscriptError as error:
        return Woven(fragments=(), problems=(str(error),))
    name = (
        path.relative_to(content).with_suffix("").as_posix()
        if content in path.parents
        else path.stem
    )
    return weave(post, accepted, pending, name)


def weave(post: Post, accepted: Recording, pending: Recording, name: str) -> Woven:
    """Weave a post with its recordings; ``name`` is its folder among the downloads."""
    loom = Loom(post, _best(post, accepted, pending), name)
    pieces = [piece for block in post.blocks for piece in loom.pieces(block)]
    verdicts = [holds for holds in map(history_holds, loom.histories()) if holds is not None]
    return Woven(
        fragments=tuple(
            Fragment(
                first_line=block.location.line,
                last_line=block.last_line,
                html="\n".join(piece.page for piece in pieces if piece.block is block),
            )
            for block in post.blocks
        ),
        feed={piece.id: piece.feed for piece in pieces},
        downloads=loom.downloads(),
        verdict=all(verdicts) if verdicts else None,
        problems=tuple(map(str, loom.drifts)),
    )


def _best(post: Post, accepted: Recording, pending: Recording) -> Recording:
    """For each session the accepted recording if it is valid, else a pending one."""
    chosen = []
    for session in post.sessions:
        old, new = accepted.by_name.get(session.name), pending.by_name.get(session.name)
        usable = new if not is_valid(session, old) and is_valid(session, new) else old
        chosen += [usable] if usable else []
    return Recording(sessions=tuple(chosen))
