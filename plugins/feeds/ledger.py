"""Compares the feeds of a build with those that were published last: the ledger of both promises.

Whoever publishes gives the feeds of both as bytes by their path below the site's URL. So there
is no file to keep, and a tag that only ever stood in a draft leaves nothing behind.
"""

import json
import re
from collections.abc import Container, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from .rules import atom_entries
from .rules.document import Item

_ENTRIES = re.compile(rb"<(entry|item)[ >].*?</\1>\n?", re.DOTALL)
_SUFFIXES = (".atom", ".rss", ".json")


def kept_feeds(before: Mapping[str, bytes], after: Container[str]) -> dict[str, bytes]:
    """Return what to publish at the paths of feeds that the site has no longer, as of a lost tag.

    It is the feed without entries: who follows it gets no error, and a post that was withdrawn
    is not in it.
    """
    return {
        path: _emptied(path, data)
        for path, data in before.items()
        if path.endswith(_SUFFIXES) and path not in after
    }


def changed_ids(
    before: Mapping[str, bytes], after: Mapping[str, bytes], content: str
) -> tuple[str, ...]:
    """Return one message for each post whose id is another than when it was published last.

    That happens when its source is renamed. It is the same post if its address is, or its title
    and day are; the message has the line that brings the id back. `content` is the folder of the
    sources.
    """
    old, new = _items(before), _items(after)
    fresh = [item for item in new.values() if item.id not in old]
    return tuple(
        _message(lost, found, content)
        for lost in old.values()
        if lost.id not in new
        for found in fresh
        if _is_same(lost, found)
    )


def _emptied(path: str, data: bytes) -> bytes:
    if not path.endswith(".json"):
        return _ENTRIES.sub(b"", data)
    feed = {**_members(data), "items": []}
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _members(data: bytes) -> dict[str, object]:
    """Return the members of a JSON feed; none of what is no such feed, as a host's error page."""
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return feed if isinstance(feed, dict) else {}


def _items(feeds: Mapping[str, bytes]) -> dict[str, Item]:
    atom = [data for path, data in sorted(feeds.items()) if path.endswith(".atom")]
    return {item.id: item for data in atom for item in atom_entries(data)}


def _is_same(one: Item, other: Item) -> bool:
    """Say whether both are one post: a title alone may come again, as of a yearly report."""
    if urlsplit(one.link).path == urlsplit(other.link).path:
        return True
    return one.title == other.title and one.moment[:10] == other.moment[:10]


def _message(lost: Item, found: Item, content: str) -> str:
    source = unquote(found.id.partition(":post/")[2])
    place = (PurePosixPath(content) / source).as_posix() if source else found.link
    return (
        f"{place}: its id was {lost.id} when it was published last, and readers would show it"
        f" again; add the line to its front matter: Id: {lost.id}"
    )
