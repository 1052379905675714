"""Gives the pictures of a text what a browser must know before it has them.

Without a size a page jumps when a picture comes. All but the first are fetched when a reader gets
near them; the first may be what the page is looked at for.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

Size = tuple[int, int]

_PICTURE = re.compile(r"""<img\b((?:[^>"']|"[^"]*"|'[^']*')*?)(\s*/?>)""", re.IGNORECASE)
_ALT = re.compile(r"""\salt\s*(=|$|\s)""", re.IGNORECASE)
# How Pelican has a source name another file of the site.
_IN_SOURCES = re.compile(r"[{|](?:attach|filename|static)[|}]")


def with_alt(html: str) -> str:
    """Give a picture without a text an empty one: the page is valid, whoever tells the author."""
    return _PICTURE.sub(_described, html)


def alt_of(html: str) -> str:
    """Return what a picture says instead of itself, or nothing if the HTML is none."""
    return (_said(html).get("alt") or "") if _PICTURE.match(html) else ""


def with_sizes(html: str, size_of: Callable[[str], Size | None]) -> str:
    """Give each picture its size, if that is known of its address, and all but the first leisure.

    What the author says of a picture stays.
    """
    numbers = count()

    def sized(picture: re.Match[str]) -> str:
        attributes, end = picture.groups()
        said = _said(picture[0])
        added = dict(_missing_sizes(said, size_of))
        known = {"width", "height"} <= {**said, **added}.keys()
        if next(numbers) and known and "loading" not in said:
            added["loading"] = "lazy"
        return f"<img{attributes}{''.join(_written(added))}{end}"

    return _PICTURE.sub(sized, html)


def below_content(address: str, source: str, page: str) -> str | None:
    """Return the path below content of a picture's file, or None if it is of another site.

    An address is relative to the page, or to the text's own source where Pelican is to find it.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = _IN_SOURCES.sub("", parts.path, count=1)
    base = page if path == parts.path else source
    return normpath(join("/", dirname(base), unquote(path))).lstrip("/")


def _described(picture: re.Match[str]) -> str:
    attributes, end = picture.groups()
    return picture[0] if _ALT.search(attributes) else f'<img{attributes} alt=""{end}'


def _said(picture: str) -> Mapping[str, str | None]:
    image = LexborHTMLParser(picture).css_first("img")
    return image.attributes if image else {}


def _missing_sizes(
    said: Mapping[str, str | None], size_of: Callable[[str], Size | None]
) -> Iterator[tuple[str, str]]:
    given = {name: said[name] or "" for name in ("width", "height") if name in said}
    if len(given) == 2 or not all(map(str.isdecimal, given.values())):
        return
    size = size_of(said.get("src") or "")
    if size is None:
        return
    width, height = size
    if "width" in given:
        width, height = 0, round(int(given["width"]) * height / width)
    elif "height" in given:
        width, height = round(int(given["height"]) * width / height), 0
    for name, value in (("width", width), ("height", height)):
        if name not in given:
            yield name, str(value)


def _written(attributes: Mapping[str, str]) -> Iterator[str]:
    return (f' {name}="{value}"' for name, value in attributes.items())
