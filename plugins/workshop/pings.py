"""Tells others that the site has changed: hubs of its feeds, and engines that search.

Source: "7. Content Distribution" of the W3C's WebSub, the documentation of IndexNow.
"""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from .changes import Changes

_PATIENCE = 20.0
_FEEDS = (".atom", ".rss", ".json")
_MOST_PAGES = 10_000
"""That IndexNow takes at once."""


def tell(settings: Mapping[str, Any], changes: Changes) -> Iterator[str]:
    """Tell those whom the settings name; a line for each who did not listen.

    ``FEEDS_HUB`` is a WebSub hub, ``INDEXNOW_ENDPOINT`` one of IndexNow, whose ``INDEXNOW_KEY``
    the site holds. Where they are not set, nobody is told.
    """
    address = str(settings["SITEURL"]).rstrip("/")
    feeds = [
        _url(address, p) for p in changes.sent if p.startswith("feeds/") and p.endswith(_FEEDS)
    ]
    pages = [_url(address, p) for p in (*changes.sent, *changes.deleted) if p.endswith(".html")]
    if (hub := settings.get("FEEDS_HUB")) and feeds:
        yield from _posted(str(hub), _websub(feeds), "application/x-www-form-urlencoded")
    if (endpoint := settings.get("INDEXNOW_ENDPOINT")) and pages:
        yield from _posted(
            str(endpoint), _indexnow(address, settings.get("INDEXNOW_KEY"), pages), _JSON
        )


_JSON = "application/json; charset=utf-8"


def _url(address: str, path: str) -> str:
    return f"{address}/{quote(path.removesuffix('index.html'))}"


def _websub(feeds: list[str]) -> bytes:
    return urlencode([("hub.mode", "publish"), *(("hub.url", feed) for feed in feeds)]).encode()


def _indexnow(address: str, key: object, pages: list[str]) -> bytes:
    host = urlsplit(address).netloc
    listed = sorted(pages)[:_MOST_PAGES]
    return json.dumps({"host": host, "key": key, "urlList": listed}).encode()


def _posted(url: str, body: bytes, kind: str) -> Iterator[str]:
    if not url.startswith(("https://", "http://")):
        yield f"{url!r} is no address to tell of changes; mend it in publishconf.py"
        return
    request = urllib.request.Request(url, data=body, headers={"Content-Type": kind})  # noqa: S310 — checked above
    try:
        urllib.request.urlopen(request, timeout=_PATIENCE).close()  # noqa: S310 — likewise
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        yield f"{url} was not told of the changes: {reason}; the site itself is published"
