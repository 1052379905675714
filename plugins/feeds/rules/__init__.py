"""Says what is wrong with a feed, as a feed validator would: bytes become messages.

It knows nothing of how our feeds are made, so it can judge them. The suffix says the form:
Atom, RSS 2.0, JSON Feed 1.1 or OPML 2.0. It reads no file, and never changes anything.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from .atom import read_atom
from .content import content_problems, text_problems
from .document import Document, Item, document_problems
from .jsonfeed import read_json
from .opml import opml_problems
from .rss import read_rss

__all__ = ["SUFFIXES", "atom_entries", "feed_problems"]

_MAX_BYTES, _MAX_ENTRIES = 512 * 1024, 15
_FORMS: dict[str, Callable[[bytes], Document]] = {
    ".atom": read_atom,
    ".rss": read_rss,
    ".json": read_json,
}
SUFFIXES = frozenset({*_FORMS, ".opml"})
"""Of the files that there are rules for."""


def feed_problems(path: Path, data: bytes) -> tuple[str, ...]:
    """Return one message for each rule that the feed breaks; none for a file that is no feed.

    `path` is its place below the site's URL, and begins each message.
    """
    return tuple(f"{path.as_posix()}: {problem}" for problem in _problems(path, data))


def atom_entries(data: bytes) -> tuple[Item, ...]:
    """Return the entries of an Atom feed; none if it cannot be read as one."""
    try:
        return read_atom(data).items
    except ValueError:
        return ()


def _problems(path: Path, data: bytes) -> Iterator[str]:
    try:
        if path.suffix == ".opml":
            yield from opml_problems(data)
        elif path.suffix in _FORMS:
            yield from _feed_problems(path, _FORMS[path.suffix](data), len(data))
    except ValueError as error:
        yield str(error)


def _feed_problems(path: Path, document: Document, size: int) -> Iterator[str]:
    if size > _MAX_BYTES:
        yield f"it has {size} bytes; readers give up above {_MAX_BYTES}"
    if len(document.items) > _MAX_ENTRIES:
        yield f"it has {len(document.items)} entries; {_MAX_ENTRIES} are enough"
    yield from document_problems(document, path.as_posix())
    for item in document.items:
        for problem in (
            *text_problems(item.title, "title"),
            *text_problems(item.summary, "summary"),
            *content_problems(item.html),
        ):
            yield f"entry {item.title!r}: {problem}"
