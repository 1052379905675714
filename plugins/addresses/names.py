"""Finds tags and categories that would share an address, and so one page and one feed.

Pelican merges names whose slugs are alike under the one that it saw first, and says nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .signs import is_long


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A name in a post: what kind of name, as it is written there, and its slug."""

    kind: str
    name: str
    slug: str
    source: str


def name_problems(uses: Iterable[Use]) -> Iterator[tuple[Use, str]]:
    """Tell of each name that has no slug, or one that another name has; once for each spelling."""
    first: dict[tuple[str, str], Use] = {}
    told = set()
    for use in sorted(uses, key=lambda use: use.source):
        if not use.slug:
            yield use, f"{use.kind} {use.name!r} has no letter or digit; give it a name with one"
            continue
        if is_long(use.slug):
            yield use, f"{use.kind} {use.name!r} is longer than names of files can be; shorten it"
            continue
        other = first.setdefault((use.kind, use.slug), use)
        if other.name != use.name and (use.kind, use.name) not in told:
            told.add((use.kind, use.name))
            yield (
                use,
                (
                    f"{use.kind} {use.name!r} would share a page with {other.name!r} of "
                    f"{other.source}; write both alike, or one in other words"
                ),
            )
