"""Finds the pictures of a post that say nothing to those who do not see them."""

import re
from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"\salt[\s=/>]", re.IGNORECASE)


def picture_problems(html: str, source: str, path: str) -> Iterator[str]:
    """Give one message for each picture without alternative text, with its line in the source.

    Markdown has an empty `alt` for `![](x.png)`; one that the author wrote in HTML is meant.
    """
    if "<img" not in html:
        return
    seen: Counter[str] = Counter()
    for image in LexborHTMLParser(html).css("img"):
        address = image.attributes.get("src") or ""
        at = _position(source, address, seen[address])
        seen[address] += 1
        words = (image.attributes.get("alt") or "").strip()
        if not words and not _ALT.search(_own_html(source, at)):
            place = f":{source.count(chr(10), 0, at) + 1}" if at >= 0 else ""
            yield (
                f"{path}{place}: picture {address!r} has no alternative text;"
                " say in words what it shows: ![words](address)"
            )


def _position(source: str, address: str, skip: int) -> int:
    """Where the address stands, after as many others of it as to skip; -1 if it does not."""
    found = [match.start() for match in re.finditer(re.escape(address), source)] if address else []
    return found[skip] if len(found) > skip else -1


def _own_html(source: str, at: int) -> str:
    """The picture that the author wrote in HTML around that position, if any."""
    tags = (tag for tag in _PICTURE.finditer(source) if tag.start() <= at < tag.end())
    return next((tag[0] for tag in tags), "")
