"""Finds what is no longer true: claims against recordings, recordings against a fresh run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from .model import (
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
    line_text,
)

_ANY_LINES = "..."
_ANY_TEXT = re.compile(r"\{\{(?:…|\.\.\.)\}\}")
_VOLATILE = "\ufffd"
"""Stands for what a placeholder matched; no screen ever shows it beside what it stands for."""
_MOST_COMPARED = 2_000
_MOST_PAIRS = 100_000
"""Lines on a side, and pairs of equal ones, up to which differences are found line by line."""


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


# --- A post against its recording -------------------------------------------------------


def verify(post: Post, recording: Recording) -> tuple[Drift, ...]:
    """All that a post says and its recording does not; nothing is run."""
    drifts: list[Drift] = []
    for session in post.sessions:
        recorded = recording.by_name.get(session.name)
        if recorded is None or not is_valid(session, recorded):
            drifts.append(_unrecorded(session, recorded))
            continue
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
    return tuple(f"+{line}" for line in _texts(exchange)[-10:])


def _texts(exchange: Exchange) -> list[str]:
    return [line_text(line) for line in exchange.output]


# --- Claims -----------------------------------------------------------------------------


def claim_holds(claim: Claim, exchange: Exchange, placeholder: str | None) -> bool:
    """Whether the output is what the claimed lines say, their wildcards understood."""
    claimed = _normal(claim.lines, placeholder)
    return _matches(claimed, _normal(_texts(exchange), placeholder))


def _normal(lines: Sequence[str], placeholder: str | None) -> list[str]:
    """Lines as they are compared: tabs expanded, blanks at the end gone, volatile text alike."""
    normal = [line.expandtabs(8).rstrip() for line in lines]
    while normal and not normal[-1]:
        normal.pop()
    if placeholder:
        pattern = re.compile(placeholder)
        normal = [pattern.sub(_VOLATILE, line) for line in normal]
    return normal


def _matches(claimed: list[str], seen: list[str]) -> bool:
    """Glob matching over lines: ``...`` is the star, and each other line one predicate."""
    position, star, resume = 0, -1, 0
    index = 0
    while index < len(seen):
        if position < len(claimed) and claimed[position] == _ANY_LINES:
            star, resume = position, index
            position += 1
        elif position < len(claimed) and _line_matches(claimed[position], seen[index]):
            position += 1
            index += 1
        elif star >= 0:
            resume += 1
            position, index = star + 1, resume
        else:
            return False
    return all(line == _ANY_LINES for line in claimed[position:])


def _line_matches(claimed: str, seen: str) -> bool:
    if claimed == seen:
        return True
    first, *between = _ANY_TEXT.split(claimed)
    if not between or not seen.startswith(first):
        return False
    # Each part where it first can be: a regular expression would try all the other places too.
    position = len(first)
    *between, last = between
    for part in between:
        found = seen.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return seen.endswith(last) and position + len(last) <= len(seen)


def claim_diff(claim: Claim, exchange: Exchange, placeholder: str | None) -> tuple[str, ...]:
    """The claimed lines against what was seen."""
    shown = [line.expandtabs(8).rstrip() for line in claim.lines]
    return _as_diff(shown, _texts(exchange), _claimed_runs(claim, exchange, placeholder))


def corrected_claim(claim: Claim, exchange: Exchange, placeholder: str | None) -> tuple[str, ...]:
    """What was seen, as the post should claim it: lines that still match stay as written."""
    seen = _texts(exchange)
    corrected: list[str] = []
    for run in _claimed_runs(claim, exchange, placeholder):
        lines = claim.lines[run.said.start : run.said.stop] if run.alike else ()
        if not run.alike:
            lines = tuple(_claimable(seen[number], exchange.prompt) for number in run.seen)
        for line in lines:
            if line != _ANY_LINES or corrected[-1:] != [_ANY_LINES]:
                corrected.append(line)
    return tuple(corrected)


def _claimable(line: str, prompt: str) -> str:
    """The line, or ``...`` where the post would take it for something else than output."""
    mark = rf"[\w.\[\]-]*\{prompt[-2]} |> ?|\[\d+\]$|`{{3,}}|~{{3,}}"
    return _ANY_LINES if re.match(mark, line) else line


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring lines, by their numbers from 0, that are alike in both texts or are not."""

    alike: bool
    said: range
    seen: range


def _claimed_runs(claim: Claim, exchange: Exchange, placeholder: str | None) -> Iterator[_Run]:
    said, seen = _normal(claim.lines, placeholder), _normal(_texts(exchange), placeholder)
    # A claimed line with a wildcard is first written as the line that it stands for.
    resolved = [_resolved(line, seen) if _ANY_TEXT.search(line) else line for line in said]
    for run in _runs(resolved, seen):
        yield from (run,) if run.alike else _split(said, run)


def _resolved(claimed: str, seen: Sequence[str]) -> str:
    return next((line for line in seen if _line_matches(claimed, line)), claimed)


def _runs(said: Sequence[str], seen: Sequence[str]) -> Iterator[_Run]:
    """Both texts from begin to end; what is too long to compare differs as a whole."""
    head = _alike(said, seen)
    rests = said[head:], seen[head:]
    tail = _alike(rests[0][::-1], rests[1][::-1])
    ends = len(said) - tail, len(seen) - tail
    if head:
        yield _Run(True, range(head), range(head))
    for alike, a, b, c, d in _opcodes(said[head : ends[0]], seen[head : ends[1]]):
        yield _Run(alike, range(head + a, head + b), range(head + c, head + d))
    if tail:
        yield _Run(True, range(ends[0], len(said)), range(ends[1], len(seen)))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the begin of both are equal."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _opcodes(said: Sequence[str], seen: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    if not said and not seen:
        return
    if _is_too_long(said, seen):
        yield False, 0, len(said), 0, len(seen)
        return
    for tag, *numbers in SequenceMatcher(None, said, seen, autojunk=False).get_opcodes():
        a, b, c, d = numbers
        yield tag == "equal", a, b, c, d


def _is_too_long(said: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether to compare would take minutes: it looks at the pairs again for each run it finds."""
    if max(len(said), len(seen)) > _MOST_COMPARED:
        return True
    one, other = Counter(said), Counter(seen)
    return sum(count * other[line] for line, count in one.items()) > _MOST_PAIRS


def _split(said: Sequence[str], run: _Run) -> Iterator[_Run]:
    """A line of ``...`` stands for the seen lines that are left over beside its neighbours."""
    star = next((number for number in run.said if said[number] == _ANY_LINES), None)
    if star is None:
        yield run
        return
    after = sum(said[number] != _ANY_LINES for number in range(star + 1, run.said.stop))
    begin = min(run.seen.start + star - run.said.start, run.seen.stop)
    end = max(begin, run.seen.stop - after)
    yield _Run(False, range(run.said.start, star), range(run.seen.start, begin))
    yield _Run(True, range(star, star + 1), range(begin, end))
    yield from _split(said, _Run(False, range(star + 1, run.said.stop), range(end, run.seen.stop)))


def _as_diff(said: Sequence[str], seen: Sequence[str], runs: Iterable[_Run]) -> tuple[str, ...]:
    lines: list[str] = []
    for run in runs:
        if run.alike:
            lines += [f" {said[number]}" for number in run.said]
        else:
            lines += [f"-{said[number]}" for number in run.said]
            lines += [f"+{seen[number]}" for number in run.seen]
    return tuple(lines)


# --- A recording against a fresh run ----------------------------------------------------


def changed(post: Post, session: Session, accepted: Recorded, fresh: Recorded) -> tuple[Drift, ...]:
    """What a fresh run of the same session showed that the accepted recording does not."""
    drifts: list[Drift] = []
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
    texts = _texts(was), _texts(is_)
    if _normal(texts[0], block.placeholder) != _normal(texts[1], block.placeholder):
        yield Drift(
            kind=Kind.CHANGED,
            location=command.location,
            message=f"{_shown(command)} prints something else than recorded;"
            " take it with 'invoke accept'",
            diff=_diff(*texts, block.placeholder),
        )
    elif texts[0] == texts[1] and was.output != is_.output:
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


def _diff(said: Sequence[str], seen: Sequence[str], placeholder: str | None) -> tuple[str, ...]:
    runs = _runs(_normal(said, placeholder), _normal(seen, placeholder))
    return _as_diff(said, seen, runs)


def _changed_artifact(block: LiveBlock, was: ArtifactFile, is_: ArtifactFile) -> Iterator[Drift]:
    if was.data == is_.data:
        return
    location = next(a.location for a in block.artifacts if a.path == is_.path)
    said, seen = (data.data.decode("utf-8", "replace").split("\n") for data in (was, is_))
    if block.placeholder and _normal(said, block.placeholder) == _normal(seen, block.placeholder):
        return
    binary = b"\0" in was.data + is_.data
    yield Drift(
        kind=Kind.CHANGED,
        location=location,
        message=f"{is_.kind} {is_.path} is not as recorded",
        diff=() if binary else _diff(said, seen, block.placeholder),
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


def differing_lines(
    claim: Claim, exchange: Exchange, placeholder: str | None
) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers, from 0, of the lines then and of the lines now that the other has not."""
    if not claim or (claim.lines and claim_holds(claim, exchange, placeholder)):
        return frozenset(), frozenset()
    runs = _claimed_runs(claim, exchange, placeholder)
    differing = [run for run in runs if not run.alike]
    return (
        frozenset(number for run in differing for number in run.said),
        frozenset(number for run in differing for number in run.seen),
    )
