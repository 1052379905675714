"""The rules of JSON Feed 1.1."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .dates import is_rfc3339
from .document import Document, Item

_VERSION = "https://jsonfeed.org/version/1.1"
_FEED: dict[str, type] = {
    **dict.fromkeys(("version", "title", "home_page_url", "feed_url", "description"), str),
    **dict.fromkeys(("icon", "favicon", "language"), str),
    **dict.fromkeys(("authors", "items", "hubs"), list),
}
_ITEM: dict[str, type] = {
    **dict.fromkeys(("id", "url", "title", "content_html", "summary", "image", "language"), str),
    **dict.fromkeys(("date_published", "date_modified"), str),
    **dict.fromkeys(("tags", "authors"), list),
}
_DATES = ("date_published", "date_modified")


def read_json(data: bytes) -> Document:
    """Return the feed, or raise `ValueError` if it cannot be read as one."""
    try:
        feed = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise ValueError(f"not well-formed JSON: {error}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ValueError("it is no JSON Feed: an object with items")  # noqa: TRY004 - of the data
    items = [item for item in feed["items"] if isinstance(item, dict)]
    return Document(
        title=_text(feed, "title"),
        address=_text(feed, "feed_url"),
        urls={
            "home page": _text(feed, "home_page_url"),
            "icon": _text(feed, "icon"),
            "favicon": _text(feed, "favicon"),
        },
        language=_text(feed, "language"),
        items=tuple(map(_item, items)),
        problems=tuple(_problems(feed, items)),
    )


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name, "")
    return value if isinstance(value, str) else ""


def _item(item: Mapping[str, Any]) -> Item:
    return Item(
        id=_text(item, "id"),
        link=_text(item, "url"),
        title=_text(item, "title"),
        html=_text(item, "content_html"),
        summary=_text(item, "summary"),
        moment=_text(item, "date_modified") or _text(item, "date_published"),
    )


def _problems(feed: Mapping[str, Any], items: list[dict[str, Any]]) -> Iterator[str]:
    if feed.get("version") != _VERSION:
        yield f"its version is {feed.get('version')!r}, not {_VERSION!r}"
    yield from _member_problems(feed, "the feed", _FEED)
    for item in items:
        name = f"item {_text(item, 'title')!r}"
        yield from _member_problems(item, name, _ITEM)
        if "date_published" not in item:
            yield f"{name} has no date_published"
        for key in _DATES:
            if key in item and not is_rfc3339(_text(item, key)):
                yield f"{name}: {key} {item[key]!r} is no date of RFC 3339"


def _member_problems(
    members: Mapping[str, Any], what: str, types: Mapping[str, type]
) -> Iterator[str]:
    for name, value in members.items():
        if name not in types and not name.startswith("_"):
            yield f"{what} has a member {name!r}, which JSON Feed does not know"
        elif name in types and not isinstance(value, types[name]):
            yield f"{what}: {name} is no {types[name].__name__}"
    for author in members.get("authors", ()):
        if not (isinstance(author, dict) and author.get("name")):
            yield f"{what} has an author without a name"
