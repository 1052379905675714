"""Finds what readers are not to see yet: drafts, and posts of the future in feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .built import Built

_PUBLISHED = re.compile(r'(?:<published>|<pubDate>|"date_published": ?")(?P<day>[^<"]+)', re.ASCII)


def problems(built: Built) -> Iterator[str]:
    """A line for each file where drafts lie, and for each feed with a post of a later day."""
    for name, path in built.files():
        if name.startswith(built.drafts):
            yield f"{name}: a draft would be published; give it 'Status: published', or --force"
        if path.suffix in (".atom", ".rss", ".json"):
            days = _PUBLISHED.findall(path.read_text(encoding="utf-8", errors="replace"))
            if late := [day for day in days if _iso(day) > built.today.isoformat()]:
                yield f"{name}: has a post of {late[0]}, which is not yet; mend that post's date"


def _iso(day: str) -> str:
    """The day of a date as RFC 3339 or RFC 5322 write it, in the order of time; "" of others."""
    if re.match(r"\d{4}-", day):
        return day[:10]
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(day).date().isoformat()
    except (ValueError, OverflowError):  # any file may have such a word, not only a feed
        return ""
