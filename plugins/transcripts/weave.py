"""Puts the recorded sessions of a post into its page: the joint of the stages that render.

It never runs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from .compare import history_holds, is_valid
from .examples import Example, example
from .loom import Loom
from .model import Hide, LiveBlock, Post, Recording
from .render import Form
from .sources import Source


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
    feed: Callable[[], Mapping[str, str]] = dict
    """By the id of a page's ``figure`` or ``section``, what stands there in a feed.

    Made when first asked for: feeds have the newest few of many posts.
    """
    downloads: Mapping[str, bytes] = field(default_factory=dict)
    """Files of the site, by their path in it."""
    examples: tuple[Example, ...] = ()
    """What a reader sees run, in the order of the page."""
    verdict: bool | None = None
    """Whether all histories of the post still hold; None where it has none."""
    problems: tuple[str, ...] = ()


def weave(source: Source, name: str) -> Woven:
    """Weave a post with its recordings; ``name`` is its folder among the downloads."""
    post, recording = source.post, _best(source.post, source.accepted, source.pending)
    loom = Loom(post, recording, name, Form.PAGE)
    woven = [(block, tuple(loom.pieces(block))) for block in post.blocks]
    fragments = tuple(
        Fragment(
            first_line=block.location.line,
            last_line=block.last_line,
            html="\n".join(piece.html for piece in pieces),
        )
        for block, pieces in woven
    )
    verdicts = [holds for holds in map(history_holds, loom.histories()) if holds is not None]
    return Woven(
        fragments=fragments,
        feed=cache(lambda: _feed(Loom(post, recording, name, Form.FEED))),
        downloads=loom.downloads(),
        examples=tuple(
            _example(loom, block, pieces[0].id)
            for block, pieces in woven
            if isinstance(block, LiveBlock) and block.hide is not Hide.ALL
        ),
        verdict=all(verdicts) if verdicts else None,
        problems=tuple(f"{drift.location}: {drift.message}" for drift in loom.drifts),
    )


def _example(loom: Loom, block: LiveBlock, identifier: str) -> Example:
    recorded, broken = loom.recorded(block), bool(loom.problems(block))
    return example(block, identifier, loom.seen(block), recorded, broken=broken)


def _feed(loom: Loom) -> Mapping[str, str]:
    return {piece.id: piece.html for block in loom.post.blocks for piece in loom.pieces(block)}


def _best(post: Post, accepted: Recording, pending: Recording) -> Recording:
    """For each session the accepted recording if it is valid, else a pending one."""
    chosen = []
    for session in post.sessions:
        old, new = accepted.by_name.get(session.name), pending.by_name.get(session.name)
        usable = new if not is_valid(session, old) and is_valid(session, new) else old
        chosen += [usable] if usable else []
    return Recording(sessions=tuple(chosen))
