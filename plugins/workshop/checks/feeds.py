"""Finds what breaks the rules of feeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .built import Built

_FEED = b"https://jsonfeed.org/version/"


def problems(built: Built) -> Iterator[str]:
    """A line for each rule that a feed breaks, and for all feeds in which an entry breaks it."""
    from feeds.rules import SUFFIXES, feed_problems

    feeds: dict[str, list[str]] = {}
    for name, path in built.files(*SUFFIXES):
        data = path.read_bytes()
        # Other files are JSON, too.
        if path.suffix != ".json" or _FEED in data[:256]:
            for line in feed_problems(Path(name), data):
                feeds.setdefault(line.removeprefix(f"{name}: "), []).append(name)
    for problem, (first, *others) in feeds.items():
        yield f"{first}{f' and {len(others)} more' if others else ''}: {problem}"
