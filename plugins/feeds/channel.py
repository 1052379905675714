"""Lists what the site has feeds of: all of it, each category and each tag."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A category or a tag."""

    kind: str
    name: str
    slug: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where the feeds of one kind are, with `{slug}` in them; empty where there is none."""

    atom: str
    rss: str
    json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed is about. Its page and its feeds are below the site's URL."""

    kind: str
    name: str
    page: str
    title: str
    subtitle: str
    paths: Paths


def channels(
    site: Channel, sections: Iterable[Section], patterns: dict[str, Paths]
) -> Iterator[Channel]:
    """Give the channel of the site, then that of each section, whose feeds `patterns` place."""
    yield site
    for section in sections:
        pattern = patterns[section.kind]
        yield Channel(
            kind=section.kind,
            name=section.name,
            page=section.page,
            title=f"{site.title}: {section.kind} {section.name}",
            subtitle=f"Posts in the {section.kind} {section.name}",
            paths=Paths(
                atom=pattern.atom.format(slug=section.slug),
                rss=pattern.rss.format(slug=section.slug),
                json=pattern.json.format(slug=section.slug),
            ),
        )


def planet_channel(every: Iterable[Channel]) -> Channel | None:
    """Return what a planet should follow: the tag "planet" if there is one, else the site."""
    named = {(channel.kind, channel.name): channel for channel in every}
    return named.get(("tag", "planet")) or named.get(("site", ""))
