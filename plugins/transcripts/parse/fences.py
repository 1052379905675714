"""Finds the fenced blocks of a post, with their info strings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import ParseError
from ..model import Location

# Python-Markdown closes a fence only with the same characters; CommonMark would take more.
_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,}) *(?P<info>[^`\n]*)$")
_INFO_WORD = re.compile(r'(?P<key>[^\s="]+)(?:=(?:"(?P<quoted>(?:\\"|[^"])*)"|(?P<bare>[^\s"]*)))?')


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block; ``lines`` are those between its fences."""

    location: Location
    last_line: int
    language: str
    options: Mapping[str, str]
    lines: tuple[str, ...]


def fences(lines: list[str], path: str) -> Iterator[Fence]:
    """All fenced blocks in their order. Raises ParseError for one that is not closed."""
    index = 0
    while index < len(lines):
        match = _FENCE.match(lines[index])
        if not match:
            index += 1
            continue
        location = Location(path=path, line=index + 1)
        fence = match["fence"]
        last = _closing_line(lines, index, fence)
        if last is None:
            raise ParseError(
                f"block is not closed; end it with a line of {_fence_in_words(fence)}", location
            )
        language, options = _info(match["info"], location)
        yield Fence(location, last + 1, language, options, tuple(lines[index + 1 : last]))
        index = last + 1


def _closing_line(lines: list[str], opening: int, fence: str) -> int | None:
    for index in range(opening + 1, len(lines)):
        if lines[index].rstrip(" ") == fence:
            return index
    return None


def _fence_in_words(fence: str) -> str:
    count = {3: "three", 4: "four", 5: "five"}.get(len(fence), str(len(fence)))
    return f"{count} {'backticks' if fence[0] == '`' else 'tildes'}"


def _info(info: str, location: Location) -> tuple[str, dict[str, str]]:
    """The language of an info string, and its words and options in their order."""
    if '"' in _INFO_WORD.sub("", info):
        raise ParseError("a quote of the info string is not closed; end it with '\"'", location)
    language, options = "", dict[str, str]()
    for position, match in enumerate(_INFO_WORD.finditer(info)):
        key, value = match["key"], match["bare"] or ""
        if match["quoted"] is not None:
            value = match["quoted"].replace('\\"', '"')
        if key in options:
            raise ParseError(f"option {key!r} stands there twice; keep one", location)
        if position == 0 and match["quoted"] is None and match["bare"] is None:
            language = key.lstrip(".")
        else:
            options[key] = value
    return language, options
