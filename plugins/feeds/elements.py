"""Writes elements of XML as text, one a line, in the order that they are given."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def leaf(name: str, text: str = "", /, **attributes: str) -> str:
    """Return an element that holds text."""
    start = name + _attributes(attributes)
    return f"<{start}>{escape(text)}</{name}>" if text else f"<{start}/>"


def branch(name: str, inside: Iterable[str], /, **attributes: str) -> str:
    """Return an element that holds elements."""
    lines = "\n".join(inside)
    return f"<{name}{_attributes(attributes)}>\n{lines}\n</{name}>"


def _attributes(attributes: dict[str, str]) -> str:
    return "".join([f" {name}={quoteattr(value)}" for name, value in attributes.items() if value])
