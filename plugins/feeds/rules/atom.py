"""The rules of Atom: RFC 4287."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from .dates import is_rfc3339
from .document import Document, Item, is_id
from .xml import ATOM, bare, count_problems, read_xml, text

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FEED = {"id": True, "title": True, "updated": True, "author": False, "subtitle": False}
_FEED_ONCE = {**_FEED, "icon": False, "logo": False, "generator": False, "rights": False}
_ENTRY = {"id": True, "title": True, "updated": True, "published": False, "content": True}
_ENTRY_ONCE = {**_ENTRY, "summary": False}
_DATES = ("updated", "published")
_KNOWN = frozenset({*_FEED_ONCE, *_ENTRY_ONCE, "entry", "link", "category", "contributor"})


def read_atom(data: bytes) -> Document:
    """Return the feed, or raise `ValueError` if it cannot be read as one."""
    feed = read_xml(data)
    if feed.tag != f"{ATOM}feed":
        raise ValueError(f"its root is {bare(feed.tag)}, not an Atom feed")
    entries = feed.findall(f"{ATOM}entry")
    return Document(
        title=text(feed, f"{ATOM}title"),
        address=_link(feed, "self"),
        urls={
            "alternate link": _link(feed, "alternate"),
            "icon": text(feed, f"{ATOM}icon"),
            "logo": text(feed, f"{ATOM}logo"),
            "hub": _link(feed, "hub"),
        },
        language=feed.get(_LANG, ""),
        items=tuple(map(_item, entries)),
        problems=tuple(_problems(feed, entries)),
    )


def _item(entry: ET.Element) -> Item:
    return Item(
        id=text(entry, f"{ATOM}id"),
        link=_link(entry, "alternate"),
        title=text(entry, f"{ATOM}title"),
        html=entry.findtext(f"{ATOM}content") or "",
        summary=text(entry, f"{ATOM}summary"),
        moment=text(entry, f"{ATOM}updated"),
    )


def _link(element: ET.Element, relation: str) -> str:
    links = element.findall(f"{ATOM}link")
    return next((link.get("href", "") for link in links if link.get("rel") == relation), "")


def _problems(feed: ET.Element, entries: list[ET.Element]) -> Iterator[str]:
    yield from _element_problems(feed, "the feed", _FEED_ONCE)
    if not is_id(text(feed, f"{ATOM}id")):
        yield f"the feed's id {text(feed, f'{ATOM}id')!r} is no absolute URI"
    if not _link(feed, "alternate"):
        yield "the feed has no link to its page"
    for entry in entries:
        name = f"entry {text(entry, f'{ATOM}title')!r}"
        yield from _element_problems(entry, name, _ENTRY_ONCE)
        if not (feed.findall(f"{ATOM}author") or entry.findall(f"{ATOM}author")):
            yield f"{name} has no author, nor has the feed"
        content = entry.find(f"{ATOM}content")
        if content is not None and content.get("type") != "html":
            yield f"{name}: its content is of type {content.get('type', 'text')!r}, not 'html'"
    for author in feed.iter(f"{ATOM}author"):
        if not text(author, f"{ATOM}name"):
            yield "an author has no name"


def _element_problems(element: ET.Element, what: str, once: dict[str, bool]) -> Iterator[str]:
    yield from count_problems(element, what, {ATOM + name: need for name, need in once.items()})
    for child in element:
        if child.tag.startswith(ATOM) and bare(child.tag) not in _KNOWN:
            yield f"{what} has an element {bare(child.tag)}, which Atom does not know"
    for name in _DATES:
        date = text(element, ATOM + name)
        if date and not is_rfc3339(date):
            yield f"{what}: {name} {date!r} is no date of RFC 3339"
