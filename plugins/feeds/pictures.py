"""Finds the pictures of a post that say nothing to those who do not see them."""

from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from .places import line_with


def picture_problems(html: str, source: str, path: str) -> Iterator[str]:
    """Give one message for each picture without alternative text, with its line in the source.

    Markdown has an empty `alt` for `![](x.png)`; one that the author wrote in HTML is meant.
    """
    if "<img" not in html:
        return
    seen: Counter[str] = Counter()
    for image in LexborHTMLParser(html).css("img"):
        address = image.attributes.get("src") or ""
        line = line_with(source, address, skip=seen[address])
        seen[address] += 1
        words = (image.attributes.get("alt") or "").strip()
        if not words and 'alt=""' not in line.text:
            yield (
                f"{path}{line}: picture {address!r} has no alternative text;"
                " say in words what it shows: ![words](address)"
            )
