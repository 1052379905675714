"""Turns the bytes that a terminal received into the lines that a person saw at the end.

Output that only goes forward is read line by line, which is fast; where it moves the cursor
up, or anywhere on the screen, a full terminal (pyte) of the declared size takes over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pyte
from wcwidth import wcwidth

from .characters import TAB, shown
from .model import COLORS, PLAIN, Line, Span, Style

# The alternate screen, which is gone at the end, and the strings of ECMA-48 other than OSC
# (DCS, SOS, PM, APC), which hold a picture, say.
_UNSEEN = re.compile(
    r"\x1b\[\?(?:1049|1047|47)h.*?(?:\x1b\[\?(?:1049|1047|47)l|\Z)|\x1b[PX^_][^\x1b]*\x1b\\",
    re.DOTALL,
)
# ECMA-48: CSI, then OSC, then the short escapes; the last two forms are a sequence that the
# end of the output or of a line cut.
_ESCAPE = re.compile(
    r"\x1b\[(?P<params>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b\n]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<short>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|\x1b[\[\]PX^_][^\x1b\n]*(?=\n|\Z)"
    r"|\x1b"
)
_MOVES = frozenset("ABEFHJLMSTdfrsu")
"""Finals of the control sequences that reach beyond the current line."""
_SHORT_MOVES = frozenset("78DEMc")
_PLAIN_LINE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*\r?")
_NUMERIC = re.compile(r"[0-9;:]*")
_MOST = 9999
"""The highest number of a sequence, and the column up to which one can make blanks: without a
bound, a few sequences could fill the memory."""

_LINK_SCHEMES = ("http", "https", "mailto")


def read_screen(data: bytes, *, columns: int = 80, rows: int = 24) -> tuple[Line, ...]:
    """What the screen shows after ``data``; trailing blanks, which nobody sees, are left out."""
    text = _UNSEEN.sub("", data.decode("utf-8", "replace"))
    if _moves_cursor(text):
        return _terminal(text, columns, rows)
    return tuple(_forward(text))


def _moves_cursor(text: str) -> bool:
    return any(
        match["final"] in _MOVES if match["final"] else match["short"] in _SHORT_MOVES
        for match in _ESCAPE.finditer(text)
        if match["final"] or match["short"]
    )


# --- Output that only goes forward ------------------------------------------------------


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
    row = _Row(style)
    row.write(text)
    return row.line(), row.style


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    style: Style


class _Row:
    """One line of the screen while it is being written. A wide character has two cells."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self._cells: list[_Cell] = []
        self._column = 0

    def write(self, text: str) -> None:
        position = 0
        for match in _ESCAPE.finditer(text):
            self._write_characters(text[position : match.start()])
            self._escape(match)
            position = match.end()
        self._write_characters(text[position:])

    def line(self) -> Line:
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
        if match["final"] and not match["between"] and _NUMERIC.fullmatch(match["params"]):
            self._move(match["final"], _first_number(match["params"]))

    def _move(self, final: str, number: int) -> None:
        match final:
            case "C":
                self._column = max(self._column, min(_MOST, self._column + (number or 1)))
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
                count = min(number or 1, _MOST - len(self._cells))
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


def _first_number(params: str) -> int:
    """The first number of a sequence; where it is left out, 0, which means the usual."""
    return _integer(params.partition(";")[0])


def _integer(text: str) -> int:
    digits = text.partition(":")[0]
    return min(int(digits or 0), _MOST) if len(digits) < 9 else _MOST


def join_cells(cells: Sequence[tuple[str, Style]]) -> Line:
    """Neighbours of one style joined to spans, without the blanks at the end that nobody sees."""
    spans: list[Span] = []
    for text, style in _whole(cells):
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


def _whole(cells: Sequence[tuple[str, Style]]) -> Iterator[tuple[str, Style]]:
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


# --- Styles -----------------------------------------------------------------------------


def restyled(style: Style, match: re.Match[str]) -> Style:
    """The style after an escape sequence, which may have nothing to do with it."""
    if match["osc"] is not None:
        return linked(style, match["osc"])
    if match["final"] == "m" and not match["between"] and _NUMERIC.fullmatch(match["params"]):
        return graphic_rendition(style, match["params"])
    return style


def linked(style: Style, osc: str) -> Style:
    """OSC 8 begins or ends a link; every other operating system command is dropped."""
    if not osc.startswith("8;"):
        return style
    target = osc.split(";", 2)[2] if osc.count(";") >= 2 else ""
    if not target.isprintable() or " " in target:
        return replace(style, link=None)
    try:
        allowed = urlsplit(target).scheme.lower() in _LINK_SCHEMES
    except ValueError:
        allowed = False
    return replace(style, link=target if allowed else None)


_SWITCHES: dict[int, dict[str, bool]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"inverse": True},
    9: {"strike": True},
    21: {"underline": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"inverse": False},
    29: {"strike": False},
}


def graphic_rendition(style: Style, params: str) -> Style:
    """SGR, ECMA-48 8.3.117, with the colours of ISO 8613-6 and the bright ones of aixterm."""
    codes = iter(params.split(";"))
    for text in codes:
        head, _, tail = text.partition(":")
        code = _integer(head)
        if code == 0:
            style = PLAIN if style.link is None else Style(link=style.link)
        elif code in _SWITCHES:
            switch = {"underline": False} if text == "4:0" else _SWITCHES[code]
            style = replace(style, **switch)  # type: ignore[arg-type]  # flags of Style
        elif code in (38, 48):
            color = _extended(iter(tail.split(":")) if tail else codes, colons=bool(tail))
            style = replace(style, color=color) if code == 38 else replace(style, background=color)
        else:
            style = _named_color(style, code)
    return style


def _named_color(style: Style, code: int) -> Style:
    for base, offset in ((30, 0), (90, 8)):
        if base <= code < base + 8:
            return replace(style, color=COLORS[code - base + offset])
        if base + 10 <= code < base + 18:
            return replace(style, background=COLORS[code - base - 10 + offset])
    if code == 39:
        return replace(style, color=None)
    if code == 49:
        return replace(style, background=None)
    return style


def _extended(codes: Iterator[str], *, colons: bool) -> str | None:
    match next(codes, ""):
        case "5":
            return indexed_color(_integer(next(codes, "")))
        case "2":
            numbers = [_integer(next(codes, "")) for _ in range(3)]
            if colons and (last := next(codes, None)) is not None:
                # ISO 8613-6 has a colour space before the three, often left empty.
                numbers = [*numbers[1:], _integer(last)]
            return "#" + "".join(f"{min(number, 255):02x}" for number in numbers)
        case _:
            return None


def indexed_color(index: int) -> str | None:
    """Colour 0 to 255 of xterm's palette: sixteen names, a cube of 216, and 24 greys."""
    if index < 16:
        return COLORS[index]
    if index < 232:
        cube = (0, 95, 135, 175, 215, 255)
        red, green, blue = (index - 16) // 36, (index - 16) // 6 % 6, (index - 16) % 6
        return f"#{cube[red]:02x}{cube[green]:02x}{cube[blue]:02x}"
    if index < 256:
        grey = 8 + 10 * (index - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    return None


# --- Output that moves the cursor -------------------------------------------------------


def _terminal(text: str, columns: int, rows: int) -> tuple[Line, ...]:
    screen = pyte.HistoryScreen(columns, rows, history=1_000_000)
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


def _understood(text: str, styles: dict[Style, int]) -> Iterator[str]:
    """Only what pyte takes: it fails on private parameters, and counts other things as text.

    A style goes in as a colour that is its number, for pyte knows no links and no colons.
    """
    style = saved = PLAIN
    position = 0
    for match in _ESCAPE.finditer(text):
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


_SAVE, _RESTORE, _RESET = "\x1b7", "\x1b8", "\x1bc"
_PYTE_FINALS = frozenset("@ABCDEFGHJKLMPXadefr")


def _pyte_move(match: re.Match[str]) -> str:
    """What a sequence does to the cursor and to the characters, as pyte says it."""
    final = match["final"]
    if match["short"]:
        return match[0] if match["short"] in _SHORT_MOVES else ""
    if not final or match["between"] or not _NUMERIC.fullmatch(match["params"]):
        return ""
    if final in "su":
        return _SAVE if final == "s" else _RESTORE
    final = final.replace("`", "G")
    numbers = [_integer(number) for number in match["params"].split(";")]
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
    cells = (row[column] for column in range(columns))
    return join_cells(
        [(cell.data, PLAIN if cell.fg == "default" else styles[int(cell.fg, 16)]) for cell in cells]
    )
