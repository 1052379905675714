"""Reads the fields at the head of a post, with the lines on which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ..errors import ParseError
from ..model import Location

# The same patterns as Python-Markdown's "meta" extension, so that both see the same lines.
_META = re.compile(r"^ {0,3}(?P<key>[A-Za-z0-9_-]+):\s*(?P<value>.*)")
_META_MORE = re.compile(r"^ {4,}(?P<value>.*)")
_META_BEGIN = re.compile(r"^-{3}(\s.*)?$")
_META_END = re.compile(r"^(-{3}|\.{3})(\s.*)?$")

Field = Sequence[tuple[Location, str]]
"""The lines of one field, each with its place."""


def front_matter(lines: Sequence[str], path: str) -> Mapping[str, Field]:
    """The fields by name, in small letters. Raises ParseError for a date that is none."""
    fields: dict[str, list[tuple[Location, str]]] = {}
    for number, key, value in _lines(lines):
        fields.setdefault(key, []).append((Location(path=path, line=number), value))
    for key in ("date", "modified"):
        for location, text in fields.get(key, ()):
            _check_date(key, text, location)
    return fields


def _lines(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    key = None
    for number, line in enumerate(lines, start=1):
        if number == 1 and _META_BEGIN.match(line):
            continue
        if not line.strip() or _META_END.match(line):
            break
        if match := _META.match(line):
            key = match["key"].lower()
        elif not (key and (match := _META_MORE.match(line))):
            break
        yield number, key, match["value"].strip()


def _check_date(key: str, text: str, location: Location) -> None:
    """Pelican takes more forms, and fills in what is missing by today's date."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ParseError(
            f"{key} {text!r}; write it as 2009-03-08 or 2009-03-08 18:21", location
        ) from error
