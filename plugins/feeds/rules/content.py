"""What is wrong with the HTML of an entry: what readers drop, misread or cannot find."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_DROPPED = (
    *("script", "style", "iframe", "object", "embed", "form", "input", "button", "select"),
    *("textarea", "svg", "math", "canvas", "link", "meta", "base", "noscript", "template"),
    *("section", "article", "aside", "nav", "header", "footer", "main", "details", "summary"),
)
_SCHEMES = ("http:", "https:", "mailto:")
_URLS = ("href", "src", "poster", "cite")
_IN_PRE = frozenset({"samp", "span", "kbd", "code", "a"})
_STYLE = re.compile(r"color: (#[0-9a-fA-F]{3,8}|[a-zA-Z]+|rgb\([\d\s,%]+\))")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def content_problems(html: str) -> Iterator[str]:
    """Give one message for each kind of fault, the first of its kind."""
    body = LexborHTMLParser(f"<body>{html}").body
    if body is None:
        return
    seen = set()
    for node in body.traverse(include_text=False):
        for kind, message in _node_problems(node):
            if kind not in seen:
                seen.add(kind)
                yield message
    if control := _CONTROL.search(html):
        yield f"its content has the control character U+{ord(control[0]):04X}"
    yield from _newline_problems(body)


def text_problems(text: str, what: str) -> Iterator[str]:
    """Give what is wrong with words that are to be shown as they are."""
    if control := _CONTROL.search(text):
        yield f"its {what} has the control character U+{ord(control[0]):04X}"


def _node_problems(node: LexborNode) -> Iterator[tuple[str, str]]:
    tag = node.tag or ""
    if tag in _DROPPED:
        yield f"element {tag}", f"its content has <{tag}>, which readers drop"
    if tag in ("h1", "h2", "h3"):
        yield "heading", f"its content has <{tag}>; headings of an entry begin with h4"
    if tag == "img":
        yield from _image_problems(node)
    for name, value in node.attributes.items():
        problem = _attribute_problem(tag, name, value or "")
        if problem:
            yield f"attribute {name}", problem


def _image_problems(node: LexborNode) -> Iterator[tuple[str, str]]:
    source = node.attributes.get("src")
    if "alt" not in node.attributes:
        yield "alt", f"picture {source!r} has no alternative text"
    if not (_is_size(node, "width") and _is_size(node, "height")):
        yield "size", f"picture {source!r} has no width and height"


def _is_size(node: LexborNode, name: str) -> bool:
    return (node.attributes.get(name) or "").isdecimal()


def _attribute_problem(tag: str, name: str, value: str) -> str:
    if name in ("class", "id", "role", "tabindex") or name.startswith(("data-", "aria-", "on")):
        return f"its content has the attribute {name} on <{tag}>, which readers drop"
    if name == "style" and not _STYLE.fullmatch(value):
        return f"its content has style={value!r}; nothing but a colour survives"
    if name in _URLS and not value.startswith(_SCHEMES):
        return f"its content has {name}={value!r}, which is no absolute URL"
    if name == "srcset" and not all(
        part.strip().startswith(_SCHEMES) for part in re.split(r",\s+", value)
    ):
        return f"its content has srcset={value!r}, with a URL that is not absolute"
    return ""


def _newline_problems(body: LexborNode) -> Iterator[str]:
    """Newsboat drops a newline that ends a text before a tag: it must stand alone there."""
    for pre in body.css("pre"):
        for node in pre.traverse(include_text=True):
            if node.is_element_node and node.tag not in (*_IN_PRE, "pre", "br"):
                yield f"a transcript holds <{node.tag}>, which readers show in their own way"
                return
            text = node.text_content or "" if node.is_text_node else ""
            if text.strip("\n") and text.endswith("\n") and _is_before_tag(node):
                last = text.strip()[-20:]
                yield f"in a transcript, the newline after {last!r} stands before a tag"
                return


def _is_before_tag(node: LexborNode) -> bool:
    following = node.next
    return following is not None and following.is_element_node
