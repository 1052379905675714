"""Reads what the feeds ask of a post's source, and finds what its author must mend."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .front_matter import line_of
from .identity import Post, id_problems
from .pictures import picture_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of a post or page."""

    path: str
    below_content: str
    own_id: str | None
    html: str
    text: str = ""
    date: datetime | None = None
    modified: datetime | None = None

    @property
    def post(self) -> Post:
        """What identifies it."""
        place = self.place("id") if self.own_id is not None else self.path
        return Post(source=self.below_content, own_id=self.own_id, place=place)

    def gives(self, field: str) -> bool:
        """Say whether its front matter has the field."""
        return line_of(self.text, field) is not None

    def place(self, field: str) -> str:
        """Return where its front matter gives the field, as `path:line`."""
        line = line_of(self.text, field)
        return f"{self.path}:{line}" if line else self.path


def problems(sources: Iterable[Source], authority: str) -> tuple[str, ...]:
    """Return one message for each thing that would make a feed wrong or hard to read."""
    posts = tuple(sources)
    return (
        *id_problems((source.post for source in posts), authority),
        *(p for source in posts for p in _date_problems(source)),
        *(p for source in posts for p in picture_problems(source.html, source.text, source.path)),
    )


def _date_problems(source: Source) -> Iterator[str]:
    """Tell of a change before the first word: of the same day it is one of a day without hours."""
    if source.date and source.modified and source.modified.date() < source.date.date():
        yield (
            f"{source.place('modified')}: 'Modified: {source.modified:%Y-%m-%d}' is before"
            f" 'Date: {source.date:%Y-%m-%d}'; correct one of them"
        )


def read_text(path: str) -> str:
    """Return the text of a source; a byte that is no UTF-8 is some other check's business."""
    return Path(path).read_text(encoding="utf-8-sig", errors="replace")
