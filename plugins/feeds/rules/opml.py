"""The rules of OPML 2.0, for a list of feeds."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from .document import is_web_address
from .xml import read_xml


def opml_problems(data: bytes) -> Iterator[str]:
    """Give what is wrong with the list; raise `ValueError` if it cannot be read as one."""
    root = read_xml(data)
    body = root.find("body")
    if root.tag != "opml" or root.get("version") != "2.0" or body is None:
        raise ValueError("it is no OPML 2.0: a head and a body")
    if not (root.findtext("head/title") or "").strip():
        yield "the list has no title"
    outlines = list(body.iter("outline"))
    if not outlines:
        yield "the list is empty"
    for outline in outlines:
        yield from _outline_problems(outline)


def _outline_problems(outline: ET.Element) -> Iterator[str]:
    name = outline.get("text", "")
    if not name:
        yield "an outline has no text"
    if outline.get("type") == "rss":
        for key in ("xmlUrl", "htmlUrl"):
            if not is_web_address(outline.get(key, "")):
                yield f"outline {name!r}: {key} {outline.get(key)!r} is no absolute URL"
