"""Finds the line of a post's source that a complaint is about."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a source: its number, as complaints write it, and its text."""

    number: int | None
    text: str = ""

    def __str__(self) -> str:
        return f":{self.number}" if self.number else ""


def line_with(source: str, part: str, *, skip: int = 0) -> Line:
    """Return the line where the text stands, after as many other places of it as to skip.

    It is one without a number where the text does not stand.
    """
    places = [match.start() for match in re.finditer(re.escape(part), source)] if part else []
    if len(places) <= skip:
        return Line(None)
    number = source.count("\n", 0, places[skip])
    return Line(number + 1, source.split("\n")[number])


def line_of_field(source: str, field: str) -> Line:
    """Return the line of the front matter that gives the field."""
    front_matter = re.split(r"(?<=\S)\s*\n[ \t]*\n", source, maxsplit=1)[0]
    for number, text in enumerate(front_matter.split("\n"), 1):
        if re.match(rf"{re.escape(field)}\s*:", text, re.IGNORECASE):
            return Line(number, text)
    return Line(None)
