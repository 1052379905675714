"""Reads the engine's HTML strictly: what is not closed, or stands where it may not, is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = ("img",)
_FEED_ELEMENTS = frozenset(
    (
        *("figure", "figcaption", "p", "pre", "samp", "code", "span", "kbd", "a", "b", "time"),
        *("img", "table", "thead", "tbody", "tr", "th", "td"),
    )
)
_FEED_IN_PRE = frozenset(("samp", "code", "span", "kbd", "a"))
_FEED_ATTRIBUTES = frozenset(
    ["href", "src", "alt", "width", "height", "datetime", "style", "scope"]
)
_FEED_STYLE = re.compile(r"color: (#df2f22|#22873b|#986e0c|#2173df|#b746b7|#19818d)")


@dataclass
class Element:
    """A start tag with the elements and texts in it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.walk() if element.tag == tag]

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child.texts()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        pass


def read(html: str) -> Element:
    """The elements of a piece of HTML. Fails where one is not closed."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is not closed"
    return builder.open[0]


def transcript_lines(figure: Element) -> list[str]:
    """The text of the ``pre`` elements of a figure, line by line."""
    return [line for pre in figure.all("pre") for line in pre.text.split("\n")]


def feed_faults(root: Element) -> list[str]:
    """Where the HTML has something that a feed reader would spoil."""
    faults = [_fault(element) for element in root.walk() if element.tag]
    for pre in root.all("pre"):
        inner = list(pre.walk())[1:]
        faults += [f"<{e.tag}> in pre" for e in inner if e.tag not in _FEED_IN_PRE]
        # newsboat 2.21 drops a newline that ends a text run before a tag
        faults += [
            f"newline within {text!r}" for text in pre.texts() if text.strip("\n") and "\n" in text
        ]
    return [fault for fault in faults if fault]


def _fault(element: Element) -> str:
    if element.tag not in _FEED_ELEMENTS:
        return f"<{element.tag}>"
    for name, value in element.attributes.items():
        if name not in _FEED_ATTRIBUTES:
            return f"<{element.tag} {name}>"
        if name == "style" and not _FEED_STYLE.fullmatch(value):
            return f"style {value!r}"
    if element.tag == "img" and not {"alt", "width", "height"} <= element.attributes.keys():
        return "img without alt, width or height"
    return ""
