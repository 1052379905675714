"""One line of the screen while it is being written, and cells joined to the spans of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wcwidth import wcwidth

from ..characters import TAB, shown
from ..model import PLAIN, Line, Span, Style
from .escapes import ESCAPE, MOST, NUMERIC, first_number, restyled


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    style: Style


class Row:
    """One line of the screen while it is being written. A wide character has two cells."""

    def __init__(self, style: Style) -> None:
        self.style = style
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
                    self._column += TAB - self._column % TAB
                case _:
                    self._put(shown(character))

    def _put(self, character: str) -> None:
        width = wcwidth(character)
        if width == 0 and 0 < self._column <= len(self._cells):
            before = self._cells[self._column - 1]
            self._cells[self._column - 1] = replace(before, text=before.text + character)
            return
        blank = _Cell(" ", PLAIN)
        self._cells.extend([blank] * (self._column - len(self._cells)))
        cells = [_Cell(character, self.style)]
        if width == 2:
            cells.append(_Cell("", self.style))
        self._cells[self._column : self._column + len(cells)] = cells
        self._column += len(cells)

    def _escape(self, match: re.Match[str]) -> None:
        self.style = restyled(self.style, match)
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
                moved = self._cells[self._column + (number or 1) :]
                self._blank(self._column, len(self._cells))
                self._cells[self._column : self._column + len(moved)] = moved
            case "X":
                self._blank(self._column, self._column + (number or 1))
            case "@":
                count = min(number or 1, MOST - len(self._cells))
                self._cells[self._column : self._column] = [_Cell(" ", PLAIN)] * count
            case _:
                pass

    def _erase(self, mode: int) -> None:
        if mode <= 2:
            begin = self._column if mode == 0 else 0
            self._blank(begin, self._column + 1 if mode == 1 else len(self._cells))

    def _blank(self, begin: int, end: int) -> None:
        end = min(end, len(self._cells))
        self._cells[begin:end] = [_Cell(" ", PLAIN)] * (end - begin)


def join_cells(cells: Sequence[tuple[str, Style]]) -> Line:
    """Neighbours of one style joined to spans, without the blanks at the end that nobody sees."""
    spans: list[Span] = []
    for text, style in whole(cells):
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + text, style)
        else:
            spans.append(Span(text, style))
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
