"""Output that moves the cursor, read by a full terminal of the declared size: pyte."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pyte
from wcwidth import wcwidth

from ..characters import shown
from ..model import PLAIN, Line, Style
from .escapes import ESCAPE, NUMERIC, integer, restyled
from .row import MARKS, join_cells

SHORT_MOVES = frozenset("78DEMc")
"""Short escapes that reach beyond the current line."""
_SAVE, _RESTORE, _RESET = "\x1b7", "\x1b8", "\x1bc"
_PYTE_FINALS = frozenset("@ABCDEFGHJKLMPXadefr")


def read_terminal(text: str, columns: int, rows: int) -> tuple[Line, ...]:
    """What the screen and its history show at the end."""
    screen = _Screen(columns, rows, history=1_000_000)
    styles = {PLAIN: 0}
    pyte.Stream(screen).feed("".join(_understood(text, styles)))
    known = tuple(styles)
    lines = [
        _pyte_line(row, columns, known)
        for row in (*screen.history.top, *(screen.buffer[row] for row in range(rows)))
    ]
    seen = len(screen.history.top) + screen.cursor.y
    while len(lines) > seen and not lines[-1]:
        lines.pop()
    return tuple(lines)


class _Screen(pyte.HistoryScreen):  # type: ignore[misc]  # pyte has no types
    """A screen that puts no more marks on a cell than a row does."""

    def draw(self, data: str) -> None:
        """Draw ``data``, which may hold marks without end."""
        if data.isascii():
            super().draw(data)
            return
        for character in data:
            if not unicodedata.combining(character) or self._has_room():
                super().draw(character)

    def _has_room(self) -> bool:
        x, y = self.cursor.x, self.cursor.y
        return len(self.buffer[y if x else y - 1][x - 1 if x else self.columns - 1].data) <= MARKS


def _understood(text: str, styles: dict[Style, int]) -> Iterator[str]:
    """Only what pyte takes: it fails on private parameters, and counts other things as text.

    A style goes in as a colour that is its number, for pyte knows no links and no colons.
    """
    style = saved = PLAIN
    position = 0
    for match in ESCAPE.finditer(text):
        yield _drawn(text[position : match.start()])
        position = match.end()
        style = restyled(style, match)
        move = _pyte_move(match)
        if move == _SAVE:
            saved = style
        elif move == _RESTORE:
            style = saved
        elif move == _RESET:
            style = saved = PLAIN
        # What is erased is plain: only then an underline does not reach to the edge.
        yield f"\x1b[0m{move}{_pyte_style(styles.setdefault(style, len(styles)))}"
    yield _drawn(text[position:])


def _pyte_move(match: re.Match[str]) -> str:
    """What a sequence does to the cursor and to the characters, as pyte says it."""
    final = match["final"]
    if match["short"]:
        return match[0] if match["short"] in SHORT_MOVES else ""
    if not final or match["between"] or not NUMERIC.fullmatch(match["params"]):
        return ""
    if final in "su":
        return _SAVE if final == "s" else _RESTORE
    final = final.replace("`", "G")
    numbers = [integer(number) for number in match["params"].split(";")]
    # It fails on more numbers than a sequence has, and on an unknown way to erase.
    del numbers[2 if final in "Hfr" else 1 :]
    if final not in _PYTE_FINALS or (final in "JK" and numbers[0] > 2 + (final == "J")):
        return ""
    return f"\x1b[{';'.join(map(str, numbers))}{final}"


def _pyte_style(number: int) -> str:
    return f"\x1b[0;38;2;{number >> 16};{number >> 8 & 255};{number & 255}m"


def _drawn(text: str) -> str:
    """Characters that pyte draws; at a joiner or a selector it would leave out all that follows."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "\r\n" if character == "\n" else character if character in "\b\t\r" else shown(character)
        for character in text
        if character.isascii() or wcwidth(character) or unicodedata.combining(character)
    )


def _pyte_line(row: dict[int, pyte.screens.Char], columns: int, styles: tuple[Style, ...]) -> Line:
    # Thousands of rows may have scrolled off with nothing in them.
    written = min(columns, max(row, default=-1) + 1)
    cells = (row[column] for column in range(written))
    return join_cells(
        [(cell.data, PLAIN if cell.fg == "default" else styles[int(cell.fg, 16)]) for cell in cells]
    )
