"""Finds the ids of a page, by which links go to its parts, and those that two parts have."""

import re
from collections import Counter
from collections.abc import Iterator
from unicodedata import category, normalize

from markdown.extensions.toc import slugify
from selectolax.lexbor import LexborHTMLParser

OF_THE_THEME = ("Main", "Series")
"""Ids of the parts that the theme puts around a text; headings without an id are in lower case."""

_ID = re.compile(r"""\sid\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)


def heading_id(words: str, separator: str) -> str:
    """Return the id of a heading: ASCII where that loses no letter, else in the heading's script.

    Of a heading in Chinese, ASCII would leave a number that is another's once one is put before.
    """
    letters = filter(str.isalnum, normalize("NFKD", words))
    if all(map(str.isascii, letters)):
        return str(slugify(words, separator))
    kept = "".join(_letters(normalize("NFC", words))).strip().lower()
    return re.sub(rf"[{re.escape(separator)}\s]+", separator, kept)


def ids(html: str) -> tuple[str, ...]:
    """Return the ids of the elements, in their order."""
    if not _ID.search(html):
        return ()
    return tuple(node.id for node in LexborHTMLParser(html).css("[id]") if node.id)


def shared_ids(html: str) -> tuple[str, ...]:
    """Return the ids that several elements of the page have, those of the theme among them."""
    if max(Counter((*OF_THE_THEME, *_ID.findall(html))).values()) < 2:
        return ()  # without reading it all
    times = Counter((*OF_THE_THEME, *ids(html)))
    return tuple(name for name in times if times[name] > 1)


def _letters(words: str) -> Iterator[str]:
    """Letters with their marks, which are vowels in many scripts; and what parts words."""
    in_word = False
    for sign in words:
        # What chooses between two looks of a sign is no letter's mark.
        mark = category(sign) in {"Mn", "Mc"} and not "\ufe00" <= sign <= "\ufe0f"
        in_word = re.match(r"\w", sign) is not None or (in_word and mark)
        if in_word or sign.isspace() or sign == "-":
            yield sign


def line_of_id(source: str, name: str) -> int:
    """Return the line of the last place in a source that gives the id, or 1 if none does."""
    braces = rf"\{{:?[^}}\n]*#{re.escape(name)}(?=[\s}}])"
    attribute = rf"""\sid\s*=\s*["']?{re.escape(name)}(?=["'\s>])"""
    found = list(re.finditer(f"{braces}|{attribute}", source))
    return source.count("\n", 0, found[-1].end()) + 1 if found else 1
