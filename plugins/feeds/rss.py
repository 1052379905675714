"""Writes a feed as RSS 2.0, with the whole post in each `description`.

One element holds the post, since each reader knows that one. Where `content:encoded` stands
beside a short `description`, some readers show only the latter.

Whether a title is plain text or HTML is not said in RSS. `&` and `<` as hexadecimal references are
what most readers take for themselves (RSS Advisory Board, RSS Best Practices Profile, "Character
Data").
"""

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from .elements import DECLARATION, branch, leaf
from .feed import Entry, Feed

TYPE = "application/rss+xml"
_NAMESPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def rss_text(feed: Feed) -> str:
    """Return the feed as an RSS document."""
    channel = branch("channel", _channel(feed))
    return f"{DECLARATION}{branch('rss', [channel], version='2.0', **_NAMESPACES)}\n"


def _channel(feed: Feed) -> Iterator[str]:
    yield _words("title", feed.title)
    yield leaf("link", feed.page)
    yield _words("description", feed.subtitle or feed.title)
    yield leaf("language", feed.language)
    if feed.rights:
        yield _words("copyright", feed.rights)
    yield leaf("lastBuildDate", _date(feed.updated))
    yield leaf("generator", "Pelican, https://getpelican.com/")
    yield leaf("atom:link", rel="self", type=TYPE, href=feed.address)
    if feed.hub:
        yield leaf("atom:link", rel="hub", href=feed.hub)
    if feed.logo:
        yield branch("image", _image(feed))
    for entry in feed.entries:
        yield branch("item", _item(entry))


def _image(feed: Feed) -> Iterator[str]:
    if feed.logo:
        yield leaf("url", feed.logo.url)
        yield _words("title", feed.title)
        yield leaf("link", feed.page)
        yield leaf("width", str(feed.logo.width))
        yield leaf("height", str(feed.logo.height))


def _item(entry: Entry) -> Iterator[str]:
    yield _words("title", entry.title)
    yield leaf("link", entry.link)
    yield leaf("guid", entry.id, isPermaLink="false")
    yield leaf("pubDate", _date(entry.published))
    yield leaf("dc:creator", entry.author)  # `author` has to be an e-mail address
    for subject in entry.subjects:
        yield _words("category", subject)
    yield leaf("description", entry.html)


def _words(name: str, text: str) -> str:
    return leaf(name, text).replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;")


def _date(moment: datetime) -> str:
    return format_datetime(moment)
