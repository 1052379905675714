"""Puts posts that name the same series into its order, or says what is wrong with it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

_INDEX = re.compile(r"[1-9]\d{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a post says of its series, and where it stands."""

    source: str
    language: str
    date: datetime
    series: str
    index: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the author must mend, in which field of which post."""

    source: str
    field: str
    text: str


def sort_parts(parts: Iterable[Part]) -> dict[tuple[str, str], tuple[Part, ...]]:
    """Return the parts of each series in order, by name and language.

    Those with an index come first, in its order; the others follow by date.
    """
    found: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in parts:
        found[part.series, part.language].append(part)
    return {key: tuple(sorted(members, key=_order)) for key, members in found.items()}


def series_problems(
    parts: Iterable[Part], alone: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    """Tell of each index that is no number or is taken; ALONE are indexes without a series."""
    parts = tuple(parts)
    for source, index in (alone or {}).items():
        yield _problem(source, f"{index!r} has no series; add a line such as `Series: NAME`")
    for part in parts:
        if part.index is not None and not _INDEX.fullmatch(part.index):
            cure = "write a whole number from 1 to 9999, or no such line to go by date"
            yield _problem(part.source, f"{part.index!r} is no place in a series; {cure}")
    for members in sort_parts(parts).values():
        yield from _taken(members)


def _taken(members: Iterable[Part]) -> Iterator[Problem]:
    owners: dict[int, Part] = {}
    for part in sorted(members, key=lambda part: part.source):
        number = _number(part)
        if number is None:
            continue
        first = owners.setdefault(number, part)
        if first is not part:
            yield _problem(
                part.source,
                f"{number} in the series {part.series!r} is also the place of {first.source};"
                " give each part its own",
            )


def _problem(source: str, text: str) -> Problem:
    return Problem(source=source, field="series_index", text=f"Series_index: {text}")


def _number(part: Part) -> int | None:
    return int(part.index) if part.index is not None and _INDEX.fullmatch(part.index) else None


def _order(part: Part) -> tuple[bool, int, datetime, str]:
    number = _number(part)
    return number is None, number or 0, part.date, part.source
