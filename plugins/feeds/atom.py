"""Writes a feed as Atom (RFC 4287), the main form."""

from collections.abc import Iterator

from .elements import DECLARATION, branch, leaf
from .feed import Entry, Feed

TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"


def atom_text(feed: Feed) -> str:
    """Return the feed as an Atom document."""
    root = {"xmlns": _NAMESPACE, "xml:lang": feed.language}
    return f"{DECLARATION}{branch('feed', _feed(feed), **root)}\n"


def _feed(feed: Feed) -> Iterator[str]:
    yield leaf("id", feed.id)
    yield leaf("title", feed.title)
    if feed.subtitle:
        yield leaf("subtitle", feed.subtitle)
    yield leaf("updated", feed.updated.isoformat())
    yield branch("author", [leaf("name", feed.author)])
    yield leaf("link", rel="self", type=TYPE, href=feed.address)
    yield leaf("link", rel="alternate", type="text/html", href=feed.page)
    if feed.hub:
        yield leaf("link", rel="hub", href=feed.hub)
    if feed.logo:
        yield leaf("icon", feed.logo.url)
        yield leaf("logo", feed.logo.url)
    if feed.rights:
        yield leaf("rights", feed.rights)
    # Without its version: an upgrade would change each feed.
    yield leaf("generator", "Pelican", uri="https://getpelican.com/")
    for entry in feed.entries:
        language = {"xml:lang": entry.language} if entry.language != feed.language else {}
        yield branch("entry", _entry(entry), **language)


def _entry(entry: Entry) -> Iterator[str]:
    yield leaf("id", entry.id)
    yield leaf("title", entry.title)
    yield leaf("link", rel="alternate", type="text/html", href=entry.link)
    yield leaf("published", entry.published.isoformat())
    yield leaf("updated", (entry.modified or entry.published).isoformat())
    yield branch("author", [leaf("name", entry.author)])
    for subject in entry.subjects:
        yield leaf("category", term=subject)
    if entry.summary:
        yield leaf("summary", entry.summary)
    yield leaf("content", entry.html, type="html")
