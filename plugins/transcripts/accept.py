"""Makes what a run left pending the accepted recording, and the post's claims what was seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from .claims import claim_diff, claim_holds, corrected_claim
from .compare import changed, is_valid, seen_blocks
from .model import Command, Drift, Environment, Exchange, Kind, LiveBlock, Recording, Report
from .sources import Source, read_source
from .store import read_post, write_post, write_recording

# Each line of a post with its end, of whatever kind.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")


def accept_all(sources: Iterable[Source], environments: Mapping[str, Environment]) -> Report:
    """Accept all that is pending, and return what was accepted, as the drift that it was."""
    accepted: list[Drift] = []
    for source in sources:
        accepted += _accept_recording(source)
        current = read_source(source.files.post, environments)
        accepted += _accept_claims(current)
    return Report(drifts=tuple(accepted))


def _accept_recording(source: Source) -> list[Drift]:
    drifts: list[Drift] = []
    sessions = []
    for session in source.post.sessions:
        old = source.accepted.by_name.get(session.name)
        new = source.pending.by_name.get(session.name)
        if new is None or not is_valid(session, new):
            sessions += [old] if old else []
            continue
        sessions.append(new)
        if old is not None and is_valid(session, old):
            drifts += changed(source.post, session, old, new)
        else:
            message = f"session {session.name!r} was not recorded"
            drifts.append(Drift(kind=Kind.MISSING, location=session.location, message=message))
    if source.pending.sessions:
        write_recording(source.files.recording, Recording(sessions=tuple(sessions)))
        write_recording(source.files.pending, None)
    return drifts


# --- Claims -----------------------------------------------------------------------------


def _accept_claims(source: Source) -> list[Drift]:
    """Correct the claims that do not hold, last line first; prose and all else stay as they are."""
    wrong = [
        (block, command, exchange)
        for session in source.post.sessions
        if is_valid(session, recorded := source.accepted.by_name.get(session.name)) and recorded
        for seen in seen_blocks(source.post, session, recorded)
        for block in (seen.block,)
        for command, exchange in zip(block.commands, seen.exchanges, strict=True)
        if _is_wrong(block, command, exchange)
    ]
    if not wrong:
        return []
    lines = _LINE.findall(read_post(source.files.post))
    for block, command, exchange in sorted(wrong, key=lambda w: -w[1].claim.first_line):
        _correct(lines, block, command, exchange)
    write_post(source.files.post, "".join(lines))
    return [_corrected(block, command, exchange) for block, command, exchange in wrong]


def _corrected(block: LiveBlock, command: Command, exchange: Exchange) -> Drift:
    return Drift(
        kind=Kind.CHANGED,
        location=replace(command.location, line=command.claim.first_line),
        message="the post claimed something else",
        diff=claim_diff(command.claim, exchange, block.placeholder) if command.claim.lines else (),
    )


def _is_wrong(block: LiveBlock, command: Command, exchange: Exchange) -> bool:
    """Whether a claim is contradicted in a way that accepting can mend."""
    claim = command.claim
    if block.then is not None or exchange.failed or not claim:
        return False
    excused = block.exit_any and claim.status is None
    status_differs = exchange.status != (claim.status or 0) and not excused
    lines_differ = bool(claim.lines) and not claim_holds(claim, exchange, block.placeholder)
    return lines_differ or status_differs


def _correct(lines: list[str], block: LiveBlock, command: Command, exchange: Exchange) -> None:
    claim = command.claim
    first = claim.first_line - 1
    shown = corrected_claim(claim, exchange, block.placeholder) if claim.lines else ()
    status = (f"[{exchange.status}]",) if exchange.status or claim.status is not None else ()
    end = lines[first - 1].removeprefix(lines[first - 1].rstrip("\r\n"))
    lines[first : first + claimed_lines(lines, first, claim.lines, claim.status)] = [
        f"{line}{end}" for line in (*shown, *status)
    ]


def claimed_lines(
    lines: list[str], first: int, claimed: tuple[str, ...], status: int | None
) -> int:
    """How many lines of the post the claim takes up, with the status below it."""
    count = len(claimed)
    if status is None:
        return count
    while lines[first + count].strip() != f"[{status}]":
        count += 1
    return count + 1
