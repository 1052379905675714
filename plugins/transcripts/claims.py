"""Holds what a post claims of a command against what it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .lines import ANY_LINES, ANY_TEXT, Run, as_diff, line_matches, matches, normal, runs, texts
from .model import Claim, Exchange


def claim_holds(claim: Claim, exchange: Exchange, placeholder: str | None) -> bool:
    """Whether the output is what the claimed lines say, their wildcards understood."""
    claimed = normal(claim.lines, placeholder)
    return matches(claimed, normal(texts(exchange), placeholder))


def claim_diff(claim: Claim, exchange: Exchange, placeholder: str | None) -> tuple[str, ...]:
    """The claimed lines against what was seen."""
    shown = [line.expandtabs(8).rstrip() for line in claim.lines]
    return as_diff(shown, texts(exchange), _claimed_runs(claim, exchange, placeholder))


def corrected_claim(claim: Claim, exchange: Exchange, placeholder: str | None) -> tuple[str, ...]:
    """What was seen, as the post should claim it: lines that still match stay as written."""
    seen = texts(exchange)
    corrected: list[str] = []
    for run in _claimed_runs(claim, exchange, placeholder):
        lines = claim.lines[run.said.start : run.said.stop] if run.alike else ()
        if not run.alike:
            lines = tuple(_claimable(seen[number], exchange.prompt) for number in run.seen)
        for line in lines:
            if line != ANY_LINES or corrected[-1:] != [ANY_LINES]:
                corrected.append(line)
    return tuple(corrected)


def _claimable(line: str, prompt: str) -> str:
    """The line, or ``...`` where the post would take it for something else than output."""
    mark = rf"[\w.\[\]-]*\{prompt[-2]} |> ?|\[\d+\]$|`{{3,}}|~{{3,}}"
    return ANY_LINES if re.match(mark, line) else line


def _claimed_runs(claim: Claim, exchange: Exchange, placeholder: str | None) -> Iterator[Run]:
    said, seen = normal(claim.lines, placeholder), normal(texts(exchange), placeholder)
    # A claimed line with a wildcard is first written as the line that it stands for.
    resolved = [_resolved(line, seen) if ANY_TEXT.search(line) else line for line in said]
    for run in runs(resolved, seen):
        yield from (run,) if run.alike else _split(said, run)


def _resolved(claimed: str, seen: Sequence[str]) -> str:
    return next((line for line in seen if line_matches(claimed, line)), claimed)


def _split(said: Sequence[str], run: Run) -> Iterator[Run]:
    """A line of ``...`` stands for the seen lines that are left over beside its neighbours."""
    star = next((number for number in run.said if said[number] == ANY_LINES), None)
    if star is None:
        yield run
        return
    after = sum(said[number] != ANY_LINES for number in range(star + 1, run.said.stop))
    begin = min(run.seen.start + star - run.said.start, run.seen.stop)
    end = max(begin, run.seen.stop - after)
    yield Run(False, range(run.said.start, star), range(run.seen.start, begin))
    yield Run(True, range(star, star + 1), range(begin, end))
    yield from _split(said, Run(False, range(star + 1, run.said.stop), range(end, run.seen.stop)))


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
