"""Finds posts whose identity would change: planets would show them to everybody once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from feeds.ledger import changed_ids

from .built import Built


def problems(built: Built) -> Iterator[str]:
    """A line for each post of a feed whose id is another than readers have now."""
    here = {name: path.read_bytes() for name, path in built.files(".atom")}
    yield from changed_ids(_published(built), here, built.content)


def _published(built: Built) -> Mapping[str, bytes]:
    names = (name for name in sorted(built.before) if name.endswith(".atom"))
    return {name: data for name in names if (data := built.live(name))}
