"""What the rules take from a feed, whatever its form, and what all forms have in common."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry as the document has it; what it lacks is empty."""

    id: str
    link: str
    title: str
    html: str
    summary: str = ""
    moment: str = ""
    """When it was last updated, as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed that could be read. `problems` are those of its own form."""

    title: str
    address: str
    """Its own, as it says."""
    urls: dict[str, str]
    """Its other URLs, each with what it is."""
    language: str
    items: tuple[Item, ...]
    problems: tuple[str, ...] = field(default=())


def document_problems(document: Document, path: str) -> Iterator[str]:
    """Give what is wrong with a feed as a whole; `path` is its place below the site's URL."""
    yield from document.problems
    if not document.title.strip():
        yield "the feed has no title"
    if not urlsplit(document.address).path.endswith(f"/{path}"):
        yield f"the feed says that it is at {document.address!r}, which does not end in /{path}"
    for what, url in {"self link": document.address, **document.urls}.items():
        if url and not is_web_address(url):
            yield f"the feed's {what} {url!r} is no absolute URL"
    if document.language and not _LANGUAGE.fullmatch(document.language):
        yield f"language {document.language!r} is no language tag such as 'en'"
    yield from _item_problems(document.items)


def is_web_address(url: str) -> bool:
    """Say whether a feed reader can follow the URL wherever it found it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and bool(_URI.fullmatch(url))


def is_id(text: str) -> bool:
    """Say whether the text is an absolute URI."""
    return bool(_URI.fullmatch(text))


def _item_problems(items: tuple[Item, ...]) -> Iterator[str]:
    yield from _id_problems(items)
    for item in items:
        name = item.title.strip() or item.id
        if not item.title.strip():
            yield f"entry {name!r}: it has no title"
        if not is_web_address(item.link):
            yield f"entry {name!r}: link {item.link!r} is no absolute URL"
        if not item.html.strip():
            yield f"entry {name!r}: it has no content"
    yield from _shared_moments(items)


def _id_problems(items: tuple[Item, ...]) -> Iterator[str]:
    for identity, count in Counter(item.id for item in items).items():
        if not identity:
            yield f"{count} of the entries have no id"
        elif count > 1:
            yield f"{count} entries have the id {identity!r}"
        if identity and not is_id(identity):
            yield f"id {identity!r} is no absolute URI"


def _shared_moments(items: tuple[Item, ...]) -> Iterator[str]:
    """Planets order entries by the moment, and cannot order two of one."""
    titles: dict[str, list[str]] = {}
    for item in items:
        titles.setdefault(item.moment, []).append(item.title)
    for moment, names in titles.items():
        if moment and len(names) > 1:
            written = ", ".join(map(repr, names))
            yield f"entries {written} have the same moment {moment}; give one another time"
