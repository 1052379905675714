"""Finds posts whose identity would change: planets would show them to everybody once more."""

from __future__ import annotations

from collections.abc import Iterator

from .built import Built


def problems(built: Built) -> Iterator[str]:
    """A line for each post of a feed whose id is another than readers have now."""
    from feeds.ledger import changed_ids

    here = {name: path.read_bytes() for name, path in built.files(".atom")}
    yield from changed_ids(built.feeds_before, here, built.content)
