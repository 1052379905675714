"""Finds pages and feeds that readers have now, and that would be gone."""

from __future__ import annotations

from collections.abc import Iterator

from .built import Built

_KEPT = (".html", ".htm", ".atom", ".rss", ".xml", ".json", ".opml")
_OURS = ("pagefind/", "drafts/")
"""Folders whose files nobody links to."""


def problems(built: Built) -> Iterator[str]:
    """A line for each address that would no longer be there."""
    here = {name for name, _ in built.files()}
    for name in sorted(built.before - here):
        if name.endswith(_KEPT) and not name.startswith(_OURS):
            address = name.removesuffix("index.html")
            yield (
                f"{name}: readers have this page now, and would find nothing there; lead them on"
                f" with 'Aliases: /{address}' in the post that took its place"
            )
