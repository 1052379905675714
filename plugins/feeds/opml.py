"""Writes the list of the site's feeds as OPML 2.0, which feed readers import."""

from collections.abc import Iterable, Iterator

from .channel import Channel
from .elements import DECLARATION, branch, leaf

_GROUPS = {"category": "Categories", "tag": "Tags"}


def opml_text(channels: Iterable[Channel], site_url: str, owner: str) -> str:
    """Return the document: the feed of the site, then a folder of each kind of section."""
    all_channels = tuple(channels)
    title = next((channel.title for channel in all_channels), "")
    head = branch("head", [leaf("title", title), leaf("ownerName", owner)])
    body = branch("body", _outlines(all_channels, site_url))
    return f"{DECLARATION}{branch('opml', [head, body], version='2.0')}\n"


def _outlines(channels: tuple[Channel, ...], site_url: str) -> Iterator[str]:
    yield from (_outline(channel, site_url) for channel in channels if channel.kind == "site")
    for kind, name in _GROUPS.items():
        inside = [_outline(channel, site_url) for channel in channels if channel.kind == kind]
        if inside:
            yield branch("outline", inside, text=name)


def _outline(channel: Channel, site_url: str) -> str:
    path = channel.paths.atom or channel.paths.rss
    return leaf(
        "outline",
        type="rss",  # whatever the form of the feed, says OPML
        text=channel.title,
        title=channel.title,
        xmlUrl=f"{site_url}/{path}",
        htmlUrl=f"{site_url}/{channel.page}",
    )
