"""The rules of RSS 2.0, and of its Advisory Board's profile."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from .dates import is_rfc822
from .document import Document, Item
from .xml import ATOM, CONTENT, bare, count_problems, read_xml, text

_CHANNEL = {"title": True, "link": True, "description": True, "language": False}
_CHANNEL_ONCE = {**_CHANNEL, "lastBuildDate": False, "pubDate": False, "image": False}
_ITEM_ONCE = {"title": True, "link": True, "guid": True, "pubDate": True, "description": True}
_MOST_WIDTH, _MOST_HEIGHT = 144, 400


def read_rss(data: bytes) -> Document:
    """Return the feed, or raise `ValueError` if it cannot be read as one."""
    root = read_xml(data)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        raise ValueError(f"its root is {bare(root.tag)}, not RSS 2.0 with a channel")
    items = channel.findall("item")
    return Document(
        title=text(channel, "title"),
        address=_link(channel, "self"),
        urls={
            "link": text(channel, "link"),
            "image": text(channel, "image/url"),
            "hub": _link(channel, "hub"),
        },
        language=text(channel, "language"),
        items=tuple(map(_item, items)),
        problems=tuple(_problems(channel, items)),
    )


def _item(item: ET.Element) -> Item:
    html = item.findtext(f"{CONTENT}encoded") or item.findtext("description") or ""
    return Item(
        id=text(item, "guid"),
        link=text(item, "link"),
        title=text(item, "title"),
        html=html,
        moment=text(item, "pubDate"),
    )


def _link(channel: ET.Element, relation: str) -> str:
    links = channel.findall(f"{ATOM}link")
    return next((link.get("href", "") for link in links if link.get("rel") == relation), "")


def _problems(channel: ET.Element, items: list[ET.Element]) -> Iterator[str]:
    yield from count_problems(channel, "the channel", _CHANNEL_ONCE)
    yield from _date_problems(channel, "the channel", ("lastBuildDate", "pubDate"))
    image = channel.find("image")
    if image is not None:
        yield from _image_problems(image, channel)
    for item in items:
        name = f"item {text(item, 'title')!r}"
        yield from count_problems(item, name, _ITEM_ONCE)
        yield from _date_problems(item, name, ("pubDate",))
        guid = item.find("guid")
        if guid is not None and guid.get("isPermaLink") != "false":
            yield f'{name}: its guid is no address, and lacks isPermaLink="false"'
        author = text(item, "author")
        if author and "@" not in author:
            yield f"{name}: author {author!r} is no e-mail address; use dc:creator"


def _date_problems(element: ET.Element, what: str, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        date = text(element, name)
        if date and not is_rfc822(date):
            yield f"{what}: {name} {date!r} is no date of RFC 822"


def _image_problems(image: ET.Element, channel: ET.Element) -> Iterator[str]:
    yield from count_problems(image, "the image", {"url": True, "title": True, "link": True})
    for name in ("title", "link"):
        if text(image, name) != text(channel, name):
            yield f"the image's {name} is not the channel's"
    for name, most in (("width", _MOST_WIDTH), ("height", _MOST_HEIGHT)):
        size = text(image, name)
        if not size.isdecimal() or int(size) > most:
            yield f"the image's {name} is {size!r}; expected at most {most}"
