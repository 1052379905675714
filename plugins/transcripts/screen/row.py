"""One line of the screen while it is being written, and cells joined to the spans of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from wcwidth import wcwidth

from ..characters import TAB, shown
from ..model import PLAIN, Line, Span, Style
from .escapes import ESCAPE, MOST, NUMERIC, first_number, restyled

WIDEST = 1 << 15
"""Cells of a row; in the last one, an ellipsis stands for all that reaches beyond."""
MARKS = 8
"""Combining marks that a cell takes: more than any script needs."""
_MOST_WORK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    style: Style


_BLANK = _Cell(" ", PLAIN)


@dataclass(slots=True)
class Work:
    """Counts the cells that sequences of a few bytes make, shift or erase in all rows together.

    Without a bound, a long row edited again and again would take minutes.
    """

    cells: int = 0

    @property
    def is_too_much(self) -> bool:
        """Whether editing within lines is to be left out from now on."""
        return self.cells > _MOST_WORK


class Row:
    """One line of the screen while it is being written. A wide character has two cells."""

    def __init__(self, style: Style, work: Work) -> None:
        self.style = style
        self._work = work
        self._cells: list[_Cell] = []
        self._column = 0

    def write(self, text: str) -> None:
        """Write a text of one line, with its escape sequences, where the cursor is."""
        position = 0
        for match in ESCAPE.finditer(text):
            self._write_characters(text[position : match.start()])
            self._escape(match)
            position = match.end()
        self._write_characters(text[position:])

    def line(self) -> Line:
        """What the row shows now."""
        return join_cells([(cell.text, cell.style) for cell in self._cells])

    def _write_characters(self, text: str) -> None:
        for character in text:
            match character:
                case "\r":
                    self._column = 0
                case "\b":
                    self._column = max(0, self._column - 1)
                case "\t":
                    self._column = min(WIDEST, self._column + TAB - self._column % TAB)
                case _:
                    self._put(shown(character))

    def _put(self, character: str) -> None:
        self._fill()
        width = wcwidth(character)
        if width == 0 and self._column:
            before = self._cells[self._column - 1]
            if len(before.text) <= MARKS:
                self._cells[self._column - 1] = replace(before, text=before.text + character)
            return
        cells = [_Cell(character, self.style)]
        if width == 2:
            cells.append(_Cell("", self.style))
        if self._column + len(cells) > WIDEST:
            self._column, cells = WIDEST - 1, [_Cell("…", PLAIN)]
        self._cells[self._column : self._column + len(cells)] = cells
        self._column += len(cells)

    def _fill(self) -> None:
        """Blanks up to the cursor, which may have been moved beyond the last cell."""
        missing = max(0, self._column - len(self._cells))
        self._work.cells += missing
        self._cells.extend([_BLANK] * missing)

    def _escape(self, match: re.Match[str]) -> None:
        self.style = restyled(self.style, match)
        if self._work.is_too_much:
            return
        if match["final"] and not match["between"] and NUMERIC.fullmatch(match["params"]):
            self._move(match["final"], first_number(match["params"]))

    def _move(self, final: str, number: int) -> None:
        match final:
            case "C":
                self._column = max(self._column, min(MOST, self._column + (number or 1)))
            case "D":
                self._column = max(0, self._column - (number or 1))
            case "G" | "`":
                self._column = (number or 1) - 1
            case "K":
                self._erase(number)
            case "P":
                self._work.cells += max(0, len(self._cells) - self._column)
                del self._cells[self._column : self._column + (number or 1)]
            case "X":
                self._blank(self._column, self._column + (number or 1))
            case "@":
                self._work.cells += max(0, len(self._cells) - self._column)
                count = min(number or 1, MOST - len(self._cells))
                self._cells[self._column : self._column] = [_BLANK] * count
            case _:
                pass

    def _erase(self, mode: int) -> None:
        match mode:
            case 0:
                del self._cells[self._column :]
            case 1:
                self._blank(0, self._column + 1)
            case 2:
                self._cells.clear()
            case _:
                pass

    def _blank(self, begin: int, end: int) -> None:
        count = max(0, min(end, len(self._cells)) - begin)
        self._work.cells += count
        self._cells[begin : begin + count] = [_BLANK] * count


def join_cells(cells: Sequence[tuple[str, Style]]) -> Line:
    """Neighbours of one style joined to spans, without the blanks at the end that nobody sees."""
    spans = [
        Span("".join(text for text, _ in alike), style)
        for style, alike in groupby(whole(cells), key=itemgetter(1))
    ]
    while spans and not _shows_blanks(spans[-1].style):
        kept = spans[-1].text.rstrip()
        if kept:
            spans[-1] = Span(kept, spans[-1].style)
            break
        spans.pop()
    return tuple(spans)


def whole(cells: Sequence[tuple[str, Style]]) -> Iterator[tuple[str, Style]]:
    """A wide character of which one half was overwritten leaves a blank, as on a terminal."""
    wide = False
    for index, (text, style) in enumerate(cells):
        after = cells[index + 1][0] if index + 1 < len(cells) else ""
        # A mark that combines with a wide character stands in its second half.
        halved = _is_wide(text) and after != "" and wcwidth(after[0]) > 0
        if text and not halved:
            yield text, style
        elif halved or not wide:
            yield " ", style
        wide = _is_wide(text)


def _is_wide(text: str) -> bool:
    return not text.isascii() and wcwidth(text[0]) == 2


def _shows_blanks(style: Style) -> bool:
    return bool(style.background or style.underline or style.inverse or style.strike)
