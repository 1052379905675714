"""Finds the pictures of a post that say nothing to those who do not see them."""

import re
from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser


def picture_problems(html: str, source: str, path: str) -> Iterator[str]:
    """Give one message for each picture without alternative text, with its line in the source.

    Markdown has an empty `alt` for `![](x.png)`; one that the author wrote in HTML is meant.
    """
    if "<img" not in html:
        return
    seen: Counter[str] = Counter()
    for image in LexborHTMLParser(html).css("img"):
        address = image.attributes.get("src") or ""
        place, text = _line(source, address, seen[address])
        seen[address] += 1
        words = (image.attributes.get("alt") or "").strip()
        if not words and 'alt=""' not in text:
            yield (
                f"{path}{place}: picture {address!r} has no alternative text;"
                " say in words what it shows: ![words](address)"
            )


def _line(source: str, address: str, skip: int) -> tuple[str, str]:
    """The line where the address stands, after as many others to skip: its `:number`, its text."""
    found = [match.start() for match in re.finditer(re.escape(address), source)] if address else []
    if len(found) <= skip:
        return "", ""
    number = source.count("\n", 0, found[skip])
    return f":{number + 1}", source.split("\n")[number]
