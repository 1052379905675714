"""Turns a post's HTML into its outline: the headings that a reader can go to.

A post that fits on a few screens has none, since a table of contents would only stand before
the text. Of very many headings only the upper level is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

FEWEST = 4
"""Headings below which a post has no outline."""
WORDS = 500
"""Words below which a post has no outline, with those of transcripts."""
MANY = 24
"""Headings of both levels that are shown together: more of them are no overview."""

_LEVELS = {"h2": 2, "h3": 3}
_KEPT = frozenset({"bdi", "code", "em", "kbd", "samp", "strong", "sub", "sup", "var"})
_DROPPED_CLASSES = frozenset({"headerlink", "footnote-ref", "footnote-backref"})
_DROPPED = frozenset({"script", "style", "svg", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading; ``html`` is its text with inline markup that needs no other page part."""

    level: int
    id: str
    html: str


def outline(html: str) -> tuple[Heading, ...]:
    """The headings of a long post in their order, and none of a short one."""
    if html.count("<h") < FEWEST:
        return ()
    body = LexborHTMLParser(f"<body>{html}").body
    if body is None or len(body.text().split()) < WORDS:
        return ()
    headings = tuple(_headings(body))
    return _overview(headings) if len(headings) >= FEWEST else ()


def _overview(headings: Sequence[Heading]) -> tuple[Heading, ...]:
    upper = tuple(heading for heading in headings if heading.level == min(_LEVELS.values()))
    return upper if len(headings) > MANY and len(upper) >= FEWEST else tuple(headings)


def _headings(body: LexborNode) -> Iterator[Heading]:
    for node in body.css(", ".join(_LEVELS)):
        html = " ".join(_inside(node).split())
        if node.id and html:
            yield Heading(level=_LEVELS[node.tag or ""], id=node.id, html=html)


def _inside(node: LexborNode) -> str:
    return "".join(map(_written, _children(node)))


def _written(node: LexborNode) -> str:
    if node.is_text_node:
        return escape(node.text_content or "", quote=False)
    if not node.is_element_node or _is_dropped(node):
        return ""
    if node.tag == "img":
        return escape(node.attributes.get("alt") or "", quote=False)
    inside = _inside(node)
    # A note's number leaves an empty `sup` behind.
    return f"<{node.tag}>{inside}</{node.tag}>" if node.tag in _KEPT and inside else inside


def _is_dropped(node: LexborNode) -> bool:
    classes = (node.attributes.get("class") or "").split()
    return node.tag in _DROPPED or not _DROPPED_CLASSES.isdisjoint(classes)


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next
