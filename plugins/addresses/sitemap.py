"""Writes the sitemap and robots.txt, as sitemaps.org and RFC 9309 describe them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

MAX_URLS = 50_000  # in one file; sitemaps.org allows 50 MB as well, which so many never reach
MAX_URL = 900  # characters: it must be below 2,048, and with this a full file below 50 MB
NAME = "sitemap.xml"

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """A page of the site, and when its author last changed it, where that is known."""

    url: str
    changed: datetime | None = None


def sitemap_files(entries: Sequence[Entry], site_url: str, most: int = MAX_URLS) -> dict[str, str]:
    """Return the texts of the files by path: one sitemap, or an index of several."""
    chosen = sorted(
        (entry for entry in entries if len(entry.url) <= MAX_URL), key=lambda entry: entry.url
    )
    if len(chosen) <= most:
        return {NAME: _sitemap(chosen)}
    parts = [chosen[start : start + most] for start in range(0, len(chosen), most)]
    files = {f"sitemap-{number}.xml": _sitemap(part) for number, part in enumerate(parts, 1)}
    places = "".join(f"<sitemap><loc>{escape(site_url)}/{name}</loc></sitemap>\n" for name in files)
    return {NAME: f"{_HEAD}<sitemapindex {_XMLNS}>\n{places}</sitemapindex>\n", **files}


def robots_text(site_url: str, drafts: Sequence[str]) -> str:
    """Return a robots.txt that allows all but drafts, and names the sitemap."""
    base = "/" + site_url.split("/", 3)[3] if site_url.count("/") > 2 else ""
    closed = "".join(f"Disallow: {base}/{draft}\n" for draft in drafts)
    return f"User-agent: *\nAllow: /\n{closed}\nSitemap: {site_url}/{NAME}\n"


def _sitemap(entries: Sequence[Entry]) -> str:
    pages = "".join(
        f"<url><loc>{escape(entry.url)}</loc>{_changed(entry)}</url>\n" for entry in entries
    )
    return f"{_HEAD}<urlset {_XMLNS}>\n{pages}</urlset>\n"


def _changed(entry: Entry) -> str:
    if entry.changed is None:
        return ""
    return f"<lastmod>{entry.changed.isoformat(timespec='seconds')}</lastmod>"
