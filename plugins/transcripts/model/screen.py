"""What a terminal showed."""

from __future__ import annotations

from dataclasses import dataclass

_DIM_COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
COLORS = (*_DIM_COLORS, *(f"bright-{color}" for color in _DIM_COLORS))
"""The names of a terminal's sixteen colours, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a run of characters looks. A colour is one of COLORS, or ``#rrggbb``."""

    color: str | None = None
    background: str | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    inverse: bool = False
    strike: bool = False
    link: str | None = None


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one style, none of them a control character."""

    text: str
    style: Style = PLAIN


Line = tuple[Span, ...]
"""A line of the screen; no two neighbouring spans have the same style, and none is empty."""


def line_text(line: Line) -> str:
    """The characters of a line, without their styles."""
    return "".join(span.text for span in line)
