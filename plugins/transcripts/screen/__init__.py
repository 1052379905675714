"""Turns the bytes that a terminal received into the lines that a person saw at the end.

Output that only goes forward is read line by line, which is fast; where it moves the cursor
up, or anywhere on the screen, a full terminal (pyte) of the declared size takes over. Where
that would take minutes, the movements are left out and the output is read forward as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ..characters import TAB
from ..model import PLAIN, Line, Span, Style
from .escapes import ESCAPE
from .row import WIDEST, Row, Work
from .terminal import SHORT_MOVES, read_terminal

# The alternate screen, which is gone at the end, and the strings of ECMA-48 other than OSC
# (DCS, SOS, PM, APC), which hold a picture, say.
_UNSEEN = re.compile(
    r"\x1b\[\?(?:1049|1047|47)h.*?(?:\x1b\[\?(?:1049|1047|47)l|\Z)|\x1b[PX^_][^\x1b]*\x1b\\",
    re.DOTALL,
)
_MOVES = frozenset("ABEFHJLMSTdfrsu")
"""Finals of the control sequences that reach beyond the current line."""
_MOST_MOVES = 4_000
_LONGEST_MOVED = 1 << 18
"""Movements, and characters beside any, up to which a full terminal is quick enough."""
_PLAIN_LINE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*\r?")


def read_screen(data: bytes, *, columns: int = 80, rows: int = 24) -> tuple[Line, ...]:
    """What the screen shows after ``data``; trailing blanks, which nobody sees, are left out."""
    text = _seen(data)
    if (moves := _moves(text)) and not _is_busy(text, moves):
        return read_terminal(text, columns, rows)
    return tuple(_forward(text))


def too_busy(data: bytes) -> bool:
    """Whether ``data`` moves the cursor so much that read_screen leaves the movements out."""
    text = _seen(data)
    return _is_busy(text, _moves(text))


def _seen(data: bytes) -> str:
    return _UNSEEN.sub("", data.decode("utf-8", "replace"))


def _moves(text: str) -> int:
    """How often the cursor is moved beyond its line; where that is too often, one more than may."""
    moves = (
        match
        for match in ESCAPE.finditer(text)
        if (match["final"] or "-") in _MOVES or match["short"] in SHORT_MOVES
    )
    return sum(1 for _ in islice(moves, _MOST_MOVES + 1))


def _is_busy(text: str, moves: int) -> bool:
    return moves > _MOST_MOVES or (moves > 0 and len(text) > _LONGEST_MOVED)


def _forward(text: str) -> Iterator[Line]:
    *ended, last = text.split("\n")
    style, work = PLAIN, Work()
    for piece in ended:
        line, style = _forward_line(piece, style, work)
        yield line
    line, _ = _forward_line(last, style, work)
    if line:
        yield line


def _forward_line(text: str, style: Style, work: Work) -> tuple[Line, Style]:
    """A line, and the style in which the next one begins."""
    if style == PLAIN and text.isascii() and _PLAIN_LINE.fullmatch(text):
        shown = text.rstrip("\r").expandtabs(TAB).rstrip()
        if len(shown) <= WIDEST:
            return ((Span(shown),) if shown else ()), style
    row = Row(style, work)
    row.write(text)
    return row.line(), row.style
