"""Finds out what a feed is about from its path: the whole site, a category or a tag."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the site that has a feed of its own."""

    kind: str
    name: str
    slug: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where a feed's page is, below the site's URL, and how the feed describes itself."""

    page: str
    subtitle: str


def channel(path: str, patterns: dict[str, str], sections: Iterable[Section], site: str) -> Channel:
    """Return what the feed at `path` is about.

    `patterns` gives each kind of section the path of its feeds with `{slug}` in it; `site`
    is the subtitle of the whole. A path that no section claims is the site's.
    """
    for section in sections:
        if patterns.get(section.kind, "").format(slug=section.slug) == path:
            subtitle = f"Posts in the {section.kind} {section.name}"
            return Channel(page=section.page, subtitle=subtitle)
    return Channel(page="", subtitle=site)
