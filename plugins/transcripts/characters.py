"""Maps characters that have no place in HTML and XML to ones that stand for them."""

from __future__ import annotations

TAB = 8
"""Columns from one tab stop to the next, as on a terminal."""


def shown(character: str) -> str:
    """The character itself, or the picture of a control, or U+FFFD for what XML forbids.

    Source: XML 1.0, 2.2; the Unicode block Control Pictures.
    """
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    forbidden = (
        0x80 <= code < 0xA0
        or 0xD800 <= code < 0xE000
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )
    return "\ufffd" if forbidden else character


def shown_line(text: str) -> str:
    """A line of text as a terminal would show it: tabs expanded, every character shown."""
    if text.isprintable():
        return text
    return "".join(map(shown, text.expandtabs(TAB)))


def shown_text(text: str) -> str:
    """Lines of text with every character shown but tabs, which a makefile needs."""
    return "".join(one if one in "\n\t" else shown(one) for one in text)
