"""Keeps a feed within its size: what is old goes first."""

from collections.abc import Callable
from dataclasses import replace
from html import escape

from .feed import Entry, Feed

MAX_BYTES = 512 * 1024


def fitted(feed: Feed, write: Callable[[Feed], str]) -> str:
    """Return the feed as written, with as many of its newest entries as fit.

    An entry that is too large alone becomes a link to its page, and takes no other's place.
    """

    def size(entries: tuple[Entry, ...]) -> int:
        return len(write(replace(feed, entries=entries)).encode())

    entries = feed.entries
    if size(entries) > MAX_BYTES:
        entries = tuple(_cut(entry) if size((entry,)) > MAX_BYTES else entry for entry in entries)
    while size(entries) > MAX_BYTES and entries:
        entries = entries[:-1]
    return write(replace(feed, entries=entries))


def _cut(entry: Entry) -> Entry:
    link = escape(entry.link)
    words = f'This post is too long for a feed: <a href="{link}">read it on its page</a>.'
    return replace(entry, html=f"<p>{words}</p>")
