"""Finds what is no longer true: claims against recordings, recordings against a fresh run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .claims import claim_diff, claim_holds
from .lines import diff, normal, texts
from .model import (
    KEPT_UP,
    ArtifactFile,
    Claim,
    Command,
    Drift,
    Exchange,
    Kind,
    LiveBlock,
    Post,
    Recorded,
    Recording,
    Session,
)

_OFF = re.compile(r"[:;] (\S+) had [0-9]")
"""A host whose link was not as declared, in the words of runners/verdict.py."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A live block with what its session recorded for it."""

    block: LiveBlock
    exchanges: tuple[Exchange, ...]
    artifacts: tuple[ArtifactFile, ...]


def seen_blocks(post: Post, session: Session, recorded: Recorded) -> tuple[Seen, ...]:
    """The live blocks of a session, each with its part of the session's valid recording."""
    exchanges, artifacts = iter(recorded.exchanges), iter(recorded.artifacts)
    return tuple(
        Seen(
            block,
            tuple(next(exchanges) for _ in block.commands),
            tuple(next(artifacts) for _ in block.artifacts),
        )
        for block in post.blocks
        if isinstance(block, LiveBlock) and block.session == session.name
    )


def is_valid(session: Session, recorded: Recorded | None) -> bool:
    """Whether a recording is of just this session: digest, commands and artifacts."""
    return (
        recorded is not None
        and recorded.digest == session.digest
        and [e.command for e in recorded.exchanges] == [c.text for c in session.commands]
        and [a.path for a in recorded.artifacts] == [a.path for a in session.artifacts]
    )


def kept_up(recorded: Recorded) -> bool:
    """Whether the machine was fast enough for the network of a session, if it has one."""
    return not recorded.provenance.network or recorded.provenance.network.startswith(KEPT_UP)


# --- A post against its recording -------------------------------------------------------


def verify(post: Post, recording: Recording) -> tuple[Drift, ...]:
    """All that a post says and its recording does not; nothing is run."""
    drifts: list[Drift] = []
    for session in post.sessions:
        recorded = recording.by_name.get(session.name)
        if recorded is None or not is_valid(session, recorded):
            drifts.append(_unrecorded(session, recorded))
            continue
        drifts.extend(_overloaded(session, recorded))
        for seen in seen_blocks(post, session, recorded):
            for command, exchange in zip(seen.block.commands, seen.exchanges, strict=True):
                drifts.extend(_claim_drifts(seen.block, command, exchange))
    return tuple(sorted(drifts, key=lambda drift: drift.location.line))


def _unrecorded(session: Session, recorded: Recorded | None) -> Drift:
    kind, what = (
        (Kind.MISSING, "is not recorded") if recorded is None else (Kind.STALE, "was edited since")
    )
    return Drift(
        kind=kind,
        location=session.location,
        message=f"session {session.name!r} {what}; record it with 'invoke build'",
    )


def _overloaded(session: Session, recorded: Recorded) -> Iterator[Drift]:
    """A network on a machine that was too slow for it shows the machine, not the network."""
    said = recorded.provenance.network
    if not kept_up(recorded):
        yield Drift(
            kind=Kind.OVERLOADED,
            location=session.location,
            message=f"session {session.name!r} is not what it declares: this machine {said};"
            f" declare {_slower(said)}, or fewer hosts, or run it again on an idle machine",
        )


def _slower(said: str) -> str:
    """The links that were off, as far as the network's own words name them."""
    names = dict.fromkeys(_OFF.findall(said))
    return f"a slower link for {' and '.join(names)}" if 0 < len(names) < 3 else "slower links"


def _claim_drifts(block: LiveBlock, command: Command, exchange: Exchange) -> Iterator[Drift]:
    if exchange.failed:
        yield Drift(
            kind=Kind.FAILED,
            location=command.location,
            message=f"{_shown(command)}: {', '.join(exchange.notes)}; {_remedy(exchange)}",
            diff=_as_added(exchange),
        )
        return
    claim = command.claim
    if block.then is not None:
        return
    if claim.lines and not claim_holds(claim, exchange, block.placeholder):
        yield Drift(
            kind=Kind.CHANGED,
            location=replace(command.location, line=claim.first_line),
            message=f"{_shown(command)} printed something else;"
            " mend the claim, or take what was seen with 'invoke accept'",
            diff=claim_diff(claim, exchange, block.placeholder),
        )
    wanted = claim.status or 0
    if exchange.status != wanted and not (block.exit_any and claim.status is None):
        remedy = "mend the command, or claim"
        yield Drift(
            kind=Kind.EXIT,
            location=command.location,
            message=f"{_shown(command)} ended with exit status {exchange.status}, not {wanted};"
            f" {remedy} [{exchange.status}] after its output",
            diff=() if claim.lines else _as_added(exchange),
        )


def _remedy(exchange: Exchange) -> str:
    if any(note.startswith("timed out") for note in exchange.notes):
        return "mend the command, or give its block more time with timeout="
    return "mend the command"


def _shown(command: Command) -> str:
    first, *rest = command.text.split("\n")
    text = first if len(first) <= 60 else f"{first[:59]}…"
    return f"'{text}{' …' if rest else ''}'"


def _as_added(exchange: Exchange) -> tuple[str, ...]:
    return tuple(f"+{line}" for line in texts(exchange)[-10:])


# --- A recording against a fresh run ----------------------------------------------------


def changed(post: Post, session: Session, accepted: Recorded, fresh: Recorded) -> tuple[Drift, ...]:
    """What a fresh run of the same session showed that the accepted recording does not."""
    drifts = list(_overloaded(session, fresh))
    before, now = seen_blocks(post, session, accepted), seen_blocks(post, session, fresh)
    for old, new in zip(before, now, strict=True):
        exchanges = zip(old.block.commands, old.exchanges, new.exchanges, strict=True)
        for command, was, is_ in exchanges:
            drifts.extend(_changed_exchange(old.block, command, was, is_))
        for was_file, is_file in zip(old.artifacts, new.artifacts, strict=True):
            drifts.extend(_changed_artifact(old.block, was_file, is_file))
    return tuple(drifts)


def _changed_exchange(
    block: LiveBlock, command: Command, was: Exchange, is_: Exchange
) -> Iterator[Drift]:
    said, seen = texts(was), texts(is_)
    if normal(said, block.placeholder) != normal(seen, block.placeholder):
        yield Drift(
            kind=Kind.CHANGED,
            location=command.location,
            message=f"{_shown(command)} prints something else than recorded;"
            " take it with 'invoke accept'",
            diff=diff(said, seen, block.placeholder),
        )
    elif said == seen and was.output != is_.output:
        yield Drift(
            kind=Kind.CHANGED,
            location=command.location,
            message=f"{_shown(command)} prints the same text in other colours than recorded",
        )
    if was.status != is_.status:
        yield Drift(
            kind=Kind.EXIT,
            location=command.location,
            message=f"{_shown(command)} ends with exit status {is_.status},"
            f" recorded was {was.status}",
        )
    if was.notes != is_.notes:
        yield Drift(
            kind=Kind.FAILED if is_.failed else Kind.CHANGED,
            location=command.location,
            message=f"{_shown(command)}: {'; '.join(is_.notes) or 'no note'},"
            f" recorded was: {'; '.join(was.notes) or 'no note'}",
        )


def _changed_artifact(block: LiveBlock, was: ArtifactFile, is_: ArtifactFile) -> Iterator[Drift]:
    if was.data == is_.data:
        return
    location = next(a.location for a in block.artifacts if a.path == is_.path)
    said, seen = (data.data.decode("utf-8", "replace").split("\n") for data in (was, is_))
    if block.placeholder and normal(said, block.placeholder) == normal(seen, block.placeholder):
        return
    binary = b"\0" in was.data + is_.data
    yield Drift(
        kind=Kind.CHANGED,
        location=location,
        message=f"{is_.kind} {is_.path} is not as recorded",
        diff=() if binary else diff(said, seen, block.placeholder),
    )


# --- Then and now -----------------------------------------------------------------------


def history_holds(seen: Seen) -> bool | None:
    """Whether a ``then=`` block's history is what was seen now; None where it says nothing."""
    verdicts = [
        _history_holds(command.claim, exchange, seen.block.placeholder)
        for command, exchange in zip(seen.block.commands, seen.exchanges, strict=True)
        if command.claim
    ]
    return all(verdicts) if verdicts else None


def _history_holds(claim: Claim, exchange: Exchange, placeholder: str | None) -> bool:
    # A status that history left out was 0, as in every other claim.
    return claim_holds(claim, exchange, placeholder) and exchange.status == (claim.status or 0)
