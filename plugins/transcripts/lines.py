"""Compares lines of text: which are alike, and how the others differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .model import Exchange, line_text

ANY_LINES = "..."
ANY_TEXT = re.compile(r"\{\{(?:…|\.\.\.)\}\}")
_VOLATILE = "\ufffd"
"""Stands for what a placeholder matched; no screen ever shows it beside what it stands for."""
_MOST_COMPARED = 2_000
_MOST_PAIRS = 100_000
"""Lines on a side, and pairs of equal ones, up to which differences are found line by line."""


def texts(exchange: Exchange) -> list[str]:
    """What a command printed, without its styles."""
    return [line_text(line) for line in exchange.output]


def normal(lines: Sequence[str], placeholder: str | None) -> list[str]:
    """Lines as they are compared: tabs expanded, blanks at the end gone, volatile text alike."""
    normal = [line.expandtabs(8).rstrip() for line in lines]
    while normal and not normal[-1]:
        normal.pop()
    if placeholder:
        pattern = re.compile(placeholder)
        normal = [pattern.sub(_VOLATILE, line) for line in normal]
    return normal


def matches(claimed: list[str], seen: list[str]) -> bool:
    """Glob matching over lines: ``...`` is the star, and each other line one predicate."""
    position, star, resume = 0, -1, 0
    index = 0
    while index < len(seen):
        if position < len(claimed) and claimed[position] == ANY_LINES:
            star, resume = position, index
            position += 1
        elif position < len(claimed) and line_matches(claimed[position], seen[index]):
            position += 1
            index += 1
        elif star >= 0:
            resume += 1
            position, index = star + 1, resume
        else:
            return False
    return all(line == ANY_LINES for line in claimed[position:])


def line_matches(claimed: str, seen: str) -> bool:
    """Whether a line is as claimed, each ``{{…}}`` standing for any text."""
    if claimed == seen:
        return True
    first, *between = ANY_TEXT.split(claimed)
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


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring lines, by their numbers from 0, that are alike in both texts or are not."""

    alike: bool
    said: range
    seen: range


def runs(said: Sequence[str], seen: Sequence[str]) -> Iterator[Run]:
    """Both texts from begin to end; what is too long to compare differs as a whole."""
    head = _alike(said, seen)
    rests = said[head:], seen[head:]
    tail = _alike(rests[0][::-1], rests[1][::-1])
    ends = len(said) - tail, len(seen) - tail
    if head:
        yield Run(True, range(head), range(head))
    for alike, a, b, c, d in _opcodes(said[head : ends[0]], seen[head : ends[1]]):
        yield Run(alike, range(head + a, head + b), range(head + c, head + d))
    if tail:
        yield Run(True, range(ends[0], len(said)), range(ends[1], len(seen)))


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


def as_diff(said: Sequence[str], seen: Sequence[str], found: Iterable[Run]) -> tuple[str, ...]:
    """Lines that begin with ``-`` (said), ``+`` (seen) or a space (both)."""
    lines: list[str] = []
    for run in found:
        if run.alike:
            lines += [f" {said[number]}" for number in run.said]
        else:
            lines += [f"-{said[number]}" for number in run.said]
            lines += [f"+{seen[number]}" for number in run.seen]
    return tuple(lines)


def diff(said: Sequence[str], seen: Sequence[str], placeholder: str | None) -> tuple[str, ...]:
    """Both texts as a diff in which volatile text counts as alike."""
    found = runs(normal(said, placeholder), normal(seen, placeholder))
    return as_diff(said, seen, found)
