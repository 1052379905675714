"""Escape sequences: where they are in a text, and the style that one leaves behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from ..model import COLORS, PLAIN, Style

# ECMA-48: CSI, then OSC, then the short escapes; the last two forms are a sequence that the
# end of the output or of a line cut.
ESCAPE = re.compile(
    r"\x1b\[(?P<params>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b\n]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<short>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|\x1b[\[\]PX^_][^\x1b\n]*(?=\n|\Z)"
    r"|\x1b"
)
NUMERIC = re.compile(r"[0-9;:]*")
MOST = 9999
"""The highest number of a sequence, and the column up to which one can make blanks: without a
bound, a few sequences could fill the memory."""
_LINK_SCHEMES = ("http", "https", "mailto")


def first_number(params: str) -> int:
    """The first number of a sequence; where it is left out, 0, which means the usual."""
    return integer(params.partition(";")[0])


def integer(text: str) -> int:
    """A number of a sequence, bounded; what follows a colon details it, and is left out."""
    digits = text.partition(":")[0]
    return min(int(digits or 0), MOST) if len(digits) < 9 else MOST


def restyled(style: Style, match: re.Match[str]) -> Style:
    """The style after an escape sequence, which may have nothing to do with it."""
    if match["osc"] is not None:
        return linked(style, match["osc"])
    if match["final"] == "m" and not match["between"] and NUMERIC.fullmatch(match["params"]):
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
        code = integer(head)
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
            return indexed_color(integer(next(codes, "")))
        case "2":
            numbers = [integer(next(codes, "")) for _ in range(3)]
            if colons and (last := next(codes, None)) is not None:
                # ISO 8613-6 has a colour space before the three, often left empty.
                numbers = [*numbers[1:], integer(last)]
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
