"""Writes a feed as JSON Feed 1.1."""

import json
from collections.abc import Mapping

from .feed import Entry, Feed

TYPE = "application/feed+json"


def json_text(feed: Feed) -> str:
    """Return the feed as a JSON document."""
    logo = feed.logo.url if feed.logo else ""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "description": feed.subtitle,
        "icon": logo,
        "favicon": logo,
        "authors": [{"name": feed.author}],
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
    }
    items = [_item(entry, feed) for entry in feed.entries]
    return json.dumps({**_told(document), "items": items}, ensure_ascii=False, indent=1) + "\n"


def _item(entry: Entry, feed: Feed) -> Mapping[str, object]:
    return _told(
        {
            "id": entry.id,
            "url": entry.link,
            "title": entry.title,
            "content_html": entry.html,
            "summary": entry.summary,
            "image": entry.image,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.modified.isoformat() if entry.modified else "",
            "authors": [{"name": entry.author}],
            "tags": list(entry.subjects),
            "language": entry.language if entry.language != feed.language else "",
        }
    )


def _told(members: Mapping[str, object]) -> Mapping[str, object]:
    """Leave out what there is nothing to say of."""
    return {name: value for name, value in members.items() if value}
