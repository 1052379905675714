"""Maps characters that have no place in HTML and XML to ones that stand for them."""

from __future__ import annotations

TAB = 8
"""Columns from one tab stop to the next, as on a terminal."""


_STANDS_FOR = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **dict.fromkeys(range(0xFDD0, 0xFDF0), "\ufffd"),
    **{
        plane + last: "\ufffd" for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
    },
}
"""Controls become pictures, and what XML forbids or discourages U+FFFD.

Source: XML 1.0, 2.2; the Unicode block Control Pictures.
"""
_IN_LINES = {code: text for code, text in _STANDS_FOR.items() if chr(code) not in "\n\t"}


def shown(character: str) -> str:
    """The character itself, or what stands for it."""
    return _STANDS_FOR.get(ord(character), character)


def shown_line(text: str) -> str:
    """A line of text as a terminal would show it: tabs expanded, every character shown."""
    return text.expandtabs(TAB).translate(_STANDS_FOR)


def shown_text(text: str) -> str:
    """Lines of text with every character shown but tabs, which a makefile needs."""
    return text.translate(_IN_LINES)
