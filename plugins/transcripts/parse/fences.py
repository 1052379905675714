"""Finds the fenced blocks of a post, with their info strings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import ParseError
from ..model import Location
from .nesting import Nesting

# Python-Markdown closes a fence only with the same characters; CommonMark would take more.
_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,}) *(?P<info>[^`\n]*)$")
_INDENTED = re.compile(r"^(?=[ \t>])[ \t>]*(?:`{3,}|~{3,}) *console +(?:.* )?run\b")
_NEXT = re.compile(r" *(?:console\b|[^\s`~].* file=)")
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
    index, nesting = 0, Nesting()
    while index < len(lines):
        location = Location(path=path, line=index + 1)
        match = _FENCE.match(lines[index])
        if not match:
            if _INDENTED.match(lines[index]):
                raise ParseError(
                    "live block is indented or quoted, and would not be run;"
                    " begin it at the line's start",
                    location,
                )
            if why := nesting.misplaced(lines[index]):
                raise ParseError(why, location)
            index += 1
            continue
        fence = match["fence"]
        last = _closing_line(lines, index, fence)
        if last is None:
            raise ParseError(
                f"block is not closed; end it with a line of {_fence_in_words(fence)}", location
            )
        _refuse_next_opening(lines[index + 1 : last], fence, location)
        language, options = _info(match["info"], location)
        yield Fence(location, last + 1, language, options, tuple(lines[index + 1 : last]))
        nesting.block()
        index = last + 1


def _closing_line(lines: list[str], opening: int, fence: str) -> int | None:
    for index in range(opening + 1, len(lines)):
        if lines[index].rstrip(" ") == fence:
            return index
    return None


def _refuse_next_opening(within: list[str], fence: str, location: Location) -> None:
    """Prose that an unclosed block swallowed would be taken for output, and rewritten as such."""
    for number, line in enumerate(within, start=location.line + 1):
        if line.startswith(fence) and _NEXT.match(line.removeprefix(fence)):
            raise ParseError(
                f"block is not closed before the next one in line {number};"
                f" end it with a line of {_fence_in_words(fence)}",
                location,
            )


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
