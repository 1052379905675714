"""Turns a post's HTML into what survives in a feed: plain elements, absolute URLs.

The HTML is read by Lexbor (through selectolax), because it builds the tree that browsers
build: an unclosed tag in one post cannot spill into the next on a planet, and `<wbr>` and
`<source>` do not swallow what follows, as they do in lxml. It is one wheel without
dependencies, typed, and released often. The tree is written out here, since a serialiser
loses the first newline of a `pre`, and since only what is named here may pass.
"""

import re
from collections.abc import Iterable, Iterator
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from .characters import xml_text
from .urls import absolute, absolute_set

_VOID = frozenset({"area", "br", "col", "hr", "img", "source", "track", "wbr"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FIRST_HEADING = 4

# Gone with all that is in them: they act, or mean nothing outside their page.
_DROPPED = frozenset(
    {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "applet",
        "template",
        "noscript",
        "svg",
        "canvas",
        "link",
        "meta",
        "base",
        "title",
        "head",
        "button",
        "input",
        "select",
        "textarea",
        "dialog",
    }
)
_DROPPED_CLASSES = frozenset({"headerlink", "toc"})

# Gone themselves, while what is in them stays.
_UNWRAPPED = frozenset(
    {
        "html",
        "body",
        "section",
        "article",
        "nav",
        "main",
        "header",
        "footer",
        "aside",
        "details",
        "form",
        "label",
        "fieldset",
    }
)
_RENAMED = {"summary": "p"}

_KEPT_ATTRIBUTES = frozenset(
    {
        "alt",
        "title",
        "width",
        "height",
        "datetime",
        "lang",
        "dir",
        "hreflang",
        "colspan",
        "rowspan",
        "scope",
        "start",
        "reversed",
        "value",
        "type",
        "controls",
    }
)
_URL_ATTRIBUTES = frozenset({"href", "src", "poster", "cite"})
# Newsboat shows what follows a transcript as if it belonged to it. Other readers show an empty
# paragraph as what it is, as its margins collapse.
_AFTER_PRE = re.compile(
    r"(</pre>(?:</(?:figure|div)>)*\s*(?:<(?:figure|div)>)*)(?=<(?:pre|table|img)\b)"
)

_COLOUR = re.compile(r"color\s*:\s*(#[0-9a-fA-F]{3,8}|[a-zA-Z]+|rgb\([\d\s,%]+\))")


def entry_html(html: str, post: str) -> str:
    """Return the HTML as it goes into the feed entry of the post at that URL.

    What is inside `pre` keeps each character and newline.
    """
    roots = tuple(_roots(html))
    written = _Writer(post, _heading_shift(roots)).nodes(roots)
    return _AFTER_PRE.sub(r"\1<p></p>", written)


def plain_text(html: str) -> str:
    """Return the words of the HTML, without transcripts, tables and pictures."""
    tree = LexborHTMLParser(xml_text(html))
    tree.strip_tags(["pre", "figure", "table", *_DROPPED])
    body = tree.body
    return " ".join(body.text().split()) if body else ""


def _roots(html: str) -> Iterator[LexborNode]:
    body = LexborHTMLParser(f"<body>{xml_text(html)}").body
    if body is not None:
        yield from _children(body)


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _heading_shift(roots: tuple[LexborNode, ...]) -> int:
    """Return what to add to each heading's level, so that the highest becomes h4."""
    levels = [
        int(node.tag[1]) for root in roots for node in root.traverse() if node.tag in _HEADINGS
    ]
    return _FIRST_HEADING - min(levels, default=_FIRST_HEADING)


class _Writer:
    """Writes nodes of one entry as HTML."""

    def __init__(self, post: str, heading_shift: int) -> None:
        self._post = post
        self._heading_shift = heading_shift

    def nodes(self, nodes: Iterable[LexborNode], *, samp: bool = False) -> str:
        return "".join([self._node(node, samp=samp) for node in nodes])

    def _node(self, node: LexborNode, *, samp: bool) -> str:
        if node.is_text_node:
            return escape(node.text_content or "", quote=False)
        if node.is_element_node and not _is_dropped(node):
            return self._element(node, samp=samp)
        return ""

    def _element(self, node: LexborNode, *, samp: bool) -> str:
        tag = self._tag(node)
        attributes = dict(self._attributes(node))
        if tag == "img" and attributes.get("alt"):
            attributes.setdefault("title", attributes["alt"])  # all of it that newsboat shows
        inside = self.nodes(_children(node), samp=samp or tag == "samp")
        if _is_wrapper(tag, attributes, samp=samp):
            return inside
        start = f"<{tag}{''.join(_written(attributes))}>"
        if tag in _VOID:
            return start
        # A parser takes the first newline of a `pre` away, so one more is needed.
        newline = "\n" if tag == "pre" and inside.startswith("\n") else ""
        return f"{start}{newline}{inside}</{tag}>"

    def _tag(self, node: LexborNode) -> str:
        tag = node.tag or ""
        if tag in _HEADINGS:
            return f"h{min(int(tag[1]) + self._heading_shift, 6)}"
        return _RENAMED.get(tag, tag)

    def _attributes(self, node: LexborNode) -> Iterator[tuple[str, str]]:
        for name, value in node.attributes.items():
            kept = self._attribute(node.tag or "", name, value or "")
            if kept is not None:
                yield name, kept

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        if name in _KEPT_ATTRIBUTES:
            return value
        if name in _URL_ATTRIBUTES:
            return absolute(value, self._post)
        if name == "srcset":
            return absolute_set(value, self._post)
        if name == "style" and tag == "span":
            return _colour(value)
        return None


def _is_dropped(node: LexborNode) -> bool:
    classes = (node.attributes.get("class") or "").split()
    return node.tag in _DROPPED or not _DROPPED_CLASSES.isdisjoint(classes)


def _is_wrapper(tag: str, attributes: dict[str, str], *, samp: bool) -> bool:
    """Say whether the element itself would tell a reader nothing.

    In a transcript each newline stands between two spans: newsboat drops one that ends a
    text run before a tag. So there, a bare span stays.
    """
    bare_span = tag == "span" and not attributes and not samp
    bare_link = tag == "a" and "href" not in attributes
    return tag in _UNWRAPPED or bare_span or bare_link


def _written(attributes: dict[str, str]) -> Iterator[str]:
    return (f' {name}="{escape(value)}"' for name, value in attributes.items())


def _colour(style: str) -> str | None:
    """Return the style's colour and nothing else.

    A colour chosen for a background of its own would not be readable without it.
    """
    declarations = [part.strip() for part in style.split(";")]
    if any(part.startswith("background") for part in declarations):
        return None
    colours = [match for match in map(_COLOUR.fullmatch, declarations) if match]
    return f"color: {colours[-1][1]}" if colours else None
