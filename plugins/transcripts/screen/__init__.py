"""Turns the bytes that a terminal received into the lines that a person saw at the end.

Output that only goes forward is read line by line, which is fast; where it moves the cursor
up, or anywhere on the screen, a full terminal (pyte) of the declared size takes over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..characters import TAB
from ..model import PLAIN, Line, Span, Style
from .escapes import ESCAPE
from .row import Row
from .terminal import SHORT_MOVES, read_terminal

# The alternate screen, which is gone at the end, and the strings of ECMA-48 other than OSC
# (DCS, SOS, PM, APC), which hold a picture, say.
_UNSEEN = re.compile(
    r"\x1b\[\?(?:1049|1047|47)h.*?(?:\x1b\[\?(?:1049|1047|47)l|\Z)|\x1b[PX^_][^\x1b]*\x1b\\",
    re.DOTALL,
)
_MOVES = frozenset("ABEFHJLMSTdfrsu")
"""Finals of the control sequences that reach beyond the current line."""
_PLAIN_LINE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*\r?")


def read_screen(data: bytes, *, columns: int = 80, rows: int = 24) -> tuple[Line, ...]:
    """What the screen shows after ``data``; trailing blanks, which nobody sees, are left out."""
    text = _UNSEEN.sub("", data.decode("utf-8", "replace"))
    if _moves_cursor(text):
        return read_terminal(text, columns, rows)
    return tuple(_forward(text))


def _moves_cursor(text: str) -> bool:
    return any(
        match["final"] in _MOVES if match["final"] else match["short"] in SHORT_MOVES
        for match in ESCAPE.finditer(text)
        if match["final"] or match["short"]
    )


def _forward(text: str) -> Iterator[Line]:
    *ended, last = text.split("\n")
    style = PLAIN
    for piece in ended:
        line, style = _forward_line(piece, style)
        yield line
    line, _ = _forward_line(last, style)
    if line:
        yield line


def _forward_line(text: str, style: Style) -> tuple[Line, Style]:
    """A line, and the style in which the next one begins."""
    if style == PLAIN and text.isascii() and _PLAIN_LINE.fullmatch(text):
        shown = text.rstrip("\r").expandtabs(TAB).rstrip()
        return ((Span(shown),) if shown else ()), style
    row = Row(style)
    row.write(text)
    return row.line(), row.style
