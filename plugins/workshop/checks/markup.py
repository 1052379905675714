"""Finds pages that are not HTML as the standard has it, or that name two things alike.

Source: "13.2.2 Parse errors" of the HTML standard, which justhtml follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .built import Built


def problems(built: Built) -> Iterator[str]:
    """A line for each error of a page's syntax, and for each id that it has twice."""
    from justhtml import JustHTML
    from selectolax.lexbor import LexborHTMLParser

    for name, path in built.pages():
        text = path.read_text(encoding="utf-8", errors="replace")
        for error in JustHTML(text, collect_errors=True, sanitize=False).errors:
            yield f"{name}:{error.line}: not valid HTML: {error.message}; mend it in its source"
        ids = Counter(node.attributes["id"] for node in LexborHTMLParser(text).css("[id]"))
        for identifier, count in ids.items():
            if count > 1:
                yield f"{name}: {count} elements have the id {identifier!r}; rename all but one"
