"""Makes ids for posts and feeds that stay the same for ever.

Stock Pelican derives an entry's id from host, year and slug, so a new title or host makes
aggregators show old posts again. Here an id is what the author wrote, or comes from the
source's path. Title, date, slug and SITEURL are never looked at.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import quote
from zlib import crc32

_IRI = re.compile(r"(tag|urn|https?):[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What identifies a post: its source's path below content, and its `Id:` if it has one."""

    source: str
    own_id: str | None
    place: str = ""
    """Where that `Id:` stands, as complaints write it."""


def entry_id(post: Post, authority: str) -> str:
    """Return the post's own id if that is usable, else one derived from its source's path."""
    if post.own_id and _IRI.fullmatch(post.own_id):
        return post.own_id
    return f"tag:{authority}:post/{quote(post.source)}"


def moment(date: datetime, identity: str, *, translated: bool = False) -> datetime:
    """Return the date, within the first hour of its day if it names no more than a day.

    Planets sort by it, and cannot order two entries of one moment. It comes from the entry's id,
    so it stays when other posts come and go. A translation has the moment of its original, and
    gets a second of that minute.
    """
    spread = 3600 if date.time() == time() else 60 if translated and not date.second else 1
    return date + timedelta(seconds=crc32(identity.encode()) % spread)


def feed_id(path: str, authority: str) -> str:
    """Return the id of the feed at that path; feed paths are never dropped or renamed."""
    return f"tag:{authority}:{quote(path)}"


def id_problems(posts: Iterable[Post], authority: str) -> tuple[str, ...]:
    """Return one message for each post whose `Id:` is no id, or whose id is another post's too."""
    owners: dict[str, list[str]] = defaultdict(list)
    problems = []
    for post in posts:
        if post.own_id is not None and not _IRI.fullmatch(post.own_id):
            problems.append(_unusable(post))
        owners[entry_id(post, authority)].append(post.place)
    problems += [_shared(own_id, places) for own_id, places in owners.items() if places[1:]]
    return tuple(problems)


def _unusable(post: Post) -> str:
    return (
        f"{post.place}: Id: {post.own_id!r} is not an id; expected a URI such as "
        '"tag:example.org,2009:make-tmpfs", or no such line'
    )


def _shared(own_id: str, places: list[str]) -> str:
    first, *others = sorted(places)
    return f"{', '.join(others)}: Id: {own_id!r} is also that of {first}; give each its own"
