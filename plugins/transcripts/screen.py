"""Turns the bytes that a terminal received into the lines that a person saw at the end.

Output that only goes forward is read line by line, which is fast; where it moves the cursor
up, or anywhere on the screen, a full terminal (pyte) of the declared size takes over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pyte
from wcwidth import wcwidth

from .characters import TAB, shown
from .model import PLAIN, Line, Span, Style

COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
ALL_COLORS = (*COLORS, *(f"bright-{color}" for color in COLORS))

# ECMA-48: CSI, then OSC/DCS/SOS/PM/APC strings, then the short escapes; the last two forms
# are a sequence that the end of the output cut.
_ESCAPE = re.compile(
    r"\x1b\[(?P<params>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b(?P<short>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|\x1b[\[\]PX^_][^\x1b\n]*$"
    r"|\x1b"
)
_ALTERNATE = re.compile(r"\x1b\[\?(?:1049|1047|47)h.*?(?:\x1b\[\?(?:1049|1047|47)l|$)", re.DOTALL)
_MOVES = frozenset("ABEFHJLMSTdfrsu")
"""Finals of the control sequences that reach beyond the current line."""
_SHORT_MOVES = frozenset("78DEMc")
_PLAIN_LINE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*\r?")
_NUMERIC = re.compile(r"[0-9;:]*")

_LINK_SCHEMES = ("http", "https", "mailto")


def read_screen(data: bytes, *, columns: int = 80, rows: int = 24) -> tuple[Line, ...]:
    """What the screen shows after ``data``; trailing blanks, which nobody sees, are left out."""
    text = _ALTERNATE.sub("", data.decode("utf-8", "replace"))
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
    pieces = text.split("\n")
    if pieces and not pieces[-1].strip("\r"):
        pieces.pop()
    style = PLAIN
    for piece in pieces:
        if style == PLAIN and _PLAIN_LINE.fullmatch(piece) and piece.isascii():
            shown = piece.rstrip("\r").expandtabs(TAB).rstrip()
            yield (Span(shown),) if shown else ()
        else:
            row = _Row(style)
            row.write(piece)
            style = row.style
            yield row.line()


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
        return join_cells((cell.text, cell.style) for cell in self._cells)

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
        params = match["params"] or ""
        if match["osc"] is not None:
            self.style = linked(self.style, match["osc"])
        elif match["final"] is None or not _NUMERIC.fullmatch(params):
            return
        elif match["final"] == "m":
            self.style = graphic_rendition(self.style, params)
        else:
            self._move(match["final"], _number(params))

    def _move(self, final: str, number: int | None) -> None:
        match final:
            case "C":
                self._column += number or 1
            case "D":
                self._column = max(0, self._column - (number or 1))
            case "G" | "`":
                self._column = (number or 1) - 1
            case "K":
                self._erase(number or 0)
            case "P":
                del self._cells[self._column : self._column + (number or 1)]
            case "X":
                end = min(len(self._cells), self._column + (number or 1))
                self._cells[self._column : end] = [_Cell(" ", PLAIN)] * (end - self._column)
            case "@":
                self._cells[self._column : self._column] = [_Cell(" ", PLAIN)] * (number or 1)
            case _:
                pass

    def _erase(self, mode: int) -> None:
        if mode in (0, 2):
            del self._cells[self._column :]
        if mode in (1, 2):
            end = min(len(self._cells), self._column + 1)
            self._cells[:end] = [_Cell(" ", PLAIN)] * end


def _number(params: str) -> int | None:
    first = re.split("[;:]", params)[0]
    # A terminal has no million columns; without a bound one sequence could fill the memory.
    return min(int(first), 10_000) if first else None


def join_cells(cells: Iterator[tuple[str, Style]]) -> Line:
    """Neighbours of one style joined to spans, without the blanks at the end."""
    spans: list[Span] = []
    for text, style in cells:
        if not text:
            continue
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + text, style)
        else:
            spans.append(Span(text, style))
    while spans and spans[-1].style == PLAIN:
        kept = spans[-1].text.rstrip()
        if kept:
            spans[-1] = Span(kept)
            break
        spans.pop()
    return tuple(spans)


# --- Styles -----------------------------------------------------------------------------


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
        code = int(head or 0)
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
            return replace(style, color=ALL_COLORS[code - base + offset])
        if base + 10 <= code < base + 18:
            return replace(style, background=ALL_COLORS[code - base - 10 + offset])
    if code == 39:
        return replace(style, color=None)
    if code == 49:
        return replace(style, background=None)
    return style


def _extended(codes: Iterator[str], *, colons: bool) -> str | None:
    match next(codes, ""):
        case "5":
            return indexed_color(int(next(codes, "") or 0))
        case "2":
            numbers = [int(next(codes, "") or 0) for _ in range(3)]
            if colons and (last := next(codes, None)) is not None:
                # ISO 8613-6 has a colour space before the three, often left empty.
                numbers = [*numbers[1:], int(last or 0)]
            return "#" + "".join(f"{min(number, 255):02x}" for number in numbers)
        case _:
            return None


def indexed_color(index: int) -> str | None:
    """Colour 0 to 255 of xterm's palette: sixteen names, a cube of 216, and 24 greys."""
    if index < 16:
        return ALL_COLORS[index]
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
    stream = pyte.Stream(screen)
    stream.feed("".join(_understood(text)))
    lines = [_pyte_line(row, columns) for row in screen.history.top]
    lines += [_pyte_line(screen.buffer[row], columns) for row in range(rows)]
    seen = len(screen.history.top) + screen.cursor.y + (1 if screen.cursor.x else 0)
    while len(lines) > seen and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _understood(text: str) -> Iterator[str]:
    """Only what pyte takes: it fails on private parameters, and counts the rest as text."""
    position = 0
    for match in _ESCAPE.finditer(text):
        yield text[position : match.start()]
        if match["final"]:
            if _NUMERIC.fullmatch(match["params"]):
                yield match[0].replace(":", ";")
        elif match["short"] and match["short"] in _SHORT_MOVES:
            yield match[0]
        position = match.end()
    yield text[position:]


_PYTE_COLORS = {
    "brown": "yellow",
    "brightbrown": "bright-yellow",
    "bfightmagenta": "bright-magenta",
}


def _pyte_color(name: str) -> str | None:
    if name == "default":
        return None
    name = _PYTE_COLORS.get(name, name)
    if name.startswith("bright") and not name.startswith("bright-"):
        name = f"bright-{name.removeprefix('bright')}"
    return name if name in ALL_COLORS else f"#{name}"


def _pyte_line(row: dict[int, pyte.screens.Char], columns: int) -> Line:
    return join_cells(
        (
            "".join(map(shown, row[column].data)),
            Style(
                color=_pyte_color(row[column].fg),
                background=_pyte_color(row[column].bg),
                bold=row[column].bold,
                italic=row[column].italics,
                underline=row[column].underscore,
                inverse=row[column].reverse,
                strike=row[column].strikethrough,
            ),
        )
        for column in range(columns)
    )
