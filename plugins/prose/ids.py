"""Finds the ids of a page, by which links go to its parts, and those that two parts have."""

import re
from collections import Counter
from unicodedata import normalize

from markdown.extensions.toc import slugify, slugify_unicode
from selectolax.lexbor import LexborHTMLParser

_ID = re.compile(r"""\sid\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)


def heading_id(words: str, separator: str) -> str:
    """Return the id of a heading: ASCII where that loses no letter, else in the heading's script.

    Of a heading in Chinese, ASCII would leave a number that is another's once one is put before.
    """
    letters = filter(str.isalnum, normalize("NFKD", words))
    return (slugify if all(map(str.isascii, letters)) else slugify_unicode)(words, separator)


def ids(html: str) -> tuple[str, ...]:
    """Return the ids of the elements, in their order."""
    if not _ID.search(html):
        return ()
    return tuple(node.id for node in LexborHTMLParser(html).css("[id]") if node.id)


def shared_ids(html: str) -> tuple[str, ...]:
    """Return the ids that several elements have."""
    if max(Counter(_ID.findall(html)).values(), default=0) < 2:
        return ()  # without reading it all
    return tuple(name for name, times in Counter(ids(html)).items() if times > 1)


def line_of_id(source: str, name: str) -> int:
    """Return the line of the last place in a source that gives the id, or 1 if none does."""
    braces = rf"\{{:?[^}}\n]*#{re.escape(name)}(?=[\s}}])"
    attribute = rf"""\sid\s*=\s*["']?{re.escape(name)}(?=["'\s>])"""
    found = list(re.finditer(f"{braces}|{attribute}", source))
    return source.count("\n", 0, found[-1].end()) + 1 if found else 1
