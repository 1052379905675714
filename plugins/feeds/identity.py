"""Makes ids for posts and feeds that stay the same for ever.

Stock Pelican derives an entry's id from host, year and slug, so a new title or host makes
aggregators show old posts again. Here an id is what the author wrote, or comes from the
source's path. Title, date, slug and SITEURL are never looked at.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

_IRI = re.compile(r"(tag|urn|https?):[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What identifies a post: its source's path below content, and its `Id:` if it has one."""

    source: str
    own_id: str | None
    summary: str | None


def entry_id(post: Post, authority: str) -> str:
    """Return the post's own id if that is usable, else one derived from its source's path."""
    if post.own_id and _IRI.fullmatch(post.own_id):
        return post.own_id
    return f"tag:{authority}:post/{quote(post.source)}"


def feed_id(path: str, authority: str) -> str:
    """Return the id of the feed at that path; feed paths are never dropped or renamed."""
    return f"tag:{authority}:{quote(path)}"


def id_problems(posts: Iterable[Post]) -> tuple[str, ...]:
    """Return one message for each post whose `Id:` is no id or is another post's too."""
    owners: dict[str, list[str]] = defaultdict(list)
    problems = []
    for post in posts:
        if post.own_id is None:
            continue
        if not _IRI.fullmatch(post.own_id):
            problems.append(_unusable(post))
        owners[post.own_id].append(post.source)
    problems += [_shared(own_id, sources) for own_id, sources in owners.items() if sources[1:]]
    return tuple(problems)


def _unusable(post: Post) -> str:
    return (
        f"{post.source}: Id: {post.own_id!r} is not an id; expected a URI such as "
        '"tag:example.org,2009:make-tmpfs", or no such line'
    )


def _shared(own_id: str, sources: list[str]) -> str:
    first, *others = sorted(sources)
    return f"{', '.join(others)}: Id: {own_id!r} is also that of {first}; give each post its own"
