"""Finds what is broken in a site that was built: links, their fragments, feeds. Changes nothing."""

from __future__ import annotations

import json
import posixpath
import xml.sax
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

_ADDRESSES = ("href", "src", "poster", "data")
_ADDRESS_LIST = "srcset"
_ALWAYS_THERE = ("", "top")
"""Fragments that every page has by definition."""


def problems(site: Path, address: str) -> list[str]:
    """One line for each broken link, in the order of pages, and for each feed that is not one.

    ADDRESS is where the site will be: its absolute links to itself are checked as well.
    """
    built = _Site(site, address.rstrip("/") + "/")
    found: list[str] = []
    for path in sorted(site.rglob("*")):
        if not path.is_file():
            continue
        if path.suffix in (".html", ".htm"):
            found += _broken_links(built, path)
        elif path.suffix in (".atom", ".rss", ".xml", ".json"):
            found += _malformed(site, path)
    return found


@dataclass(frozen=True, slots=True)
class _Site:
    directory: Path
    address: str

    anchors: dict[Path, frozenset[str]] = field(default_factory=dict)
    """What can be jumped to, of each page that was read so far."""

    def local(self, url: str) -> str | None:
        """The path of a URL within the site; None when it leads elsewhere."""
        here, there = urlsplit(self.address), urlsplit(url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            return None
        return there.path.removeprefix(here.path) if there.path.startswith(here.path) else None

    def file(self, path: str) -> Path | None:
        """The file that a server would send for a path; nothing outside of the site."""
        # Below a root, no number of slashes and dots leads out.
        inner = posixpath.normpath("/" + unquote(path).lstrip("/"))[1:]
        plain = self.directory / inner
        named = self.directory / f"{inner}.html"
        files = () if not inner or path.endswith("/") else (plain, named)
        candidates: tuple[Path, ...] = (*files, plain / "index.html")
        return next((path for path in candidates if _is_file(path)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name longer than any file's, or with a NUL in it
        return False


def _broken_links(site: _Site, page: Path) -> Iterator[str]:
    tree = _tree(page)
    name = page.relative_to(site.directory).as_posix()
    declared = tree.css_first("base[href]")
    base = urljoin(site.address, (declared and declared.attributes["href"]) or name)
    for link in dict.fromkeys(_links(tree)):
        if reason := _reason(site, base, link):
            yield f"{name}: link {link!r} is broken: {reason}"


def _links(tree: LexborHTMLParser) -> Iterator[str]:
    for element in tree.css(", ".join(f"[{name}]" for name in (*_ADDRESSES, _ADDRESS_LIST))):
        for name in _ADDRESSES:
            value = element.attributes.get(name)
            if value is not None:
                yield value.strip()
        listed = element.attributes.get(_ADDRESS_LIST) or ""
        yield from (part.split()[0] for part in listed.split(",") if part.strip())


def _reason(site: _Site, base: str, link: str) -> str | None:
    """Why a link does not hold; None when it does, or leads elsewhere."""
    if link.startswith("{"):
        return "Pelican found no such source"
    try:
        url = urljoin(base, link)
        path = site.local(url)
    except ValueError as error:
        return str(error)
    if path is None:
        return None
    target = site.file(path)
    if target is None:
        return "the site has no such file"
    fragment = unquote(urlsplit(url).fragment)
    if target.suffix == ".html" and fragment not in _anchors(site, target):
        return f"nothing in {target.relative_to(site.directory)} has the id {fragment!r}"
    return None


def _anchors(site: _Site, page: Path) -> frozenset[str]:
    if page not in site.anchors:
        found = _tree(page).css("[id], a[name]")
        names = (element.attributes.get(key) for element in found for key in ("id", "name"))
        site.anchors[page] = frozenset((*(name for name in names if name), *_ALWAYS_THERE))
    return site.anchors[page]


def _tree(page: Path) -> LexborHTMLParser:
    return LexborHTMLParser(page.read_bytes())


def _malformed(site: Path, path: Path) -> Iterator[str]:
    try:
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        else:
            xml.sax.parse(path, xml.sax.ContentHandler())  # noqa: S317 - we have made it ourselves
    except ValueError as error:
        yield f"{path.relative_to(site).as_posix()}: not well-formed JSON: {error}"
    except xml.sax.SAXParseException as error:
        place = f"line {error.getLineNumber()}"
        name = path.relative_to(site).as_posix()
        yield f"{name}: not well-formed XML: {error.getMessage()} in {place}"
