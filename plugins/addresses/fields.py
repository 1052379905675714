"""Tells of fields of the front matter that nobody reads, where one of a like name is read.

Without a word, `Alias:` would redirect nothing, and `Enviroment: machine` run commands elsewhere.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

_FIELDS = (
    # Pelican's
    *("author", "authors", "category", "date", "keywords", "lang", "modified", "save_as", "slug"),
    *("status", "summary", "tags", "template", "title", "translation", "url"),
    # Ours
    *("aliases", "environment", "hosts", "id", "inputs", "mounts", "packages", "series"),
    "series_index",
)


def field_problems(fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give each such field with what is wrong. One that is like no other is the author's own."""
    for field in fields:
        near = get_close_matches(field, _FIELDS, n=1, cutoff=0.8)
        if near and field not in _FIELDS:
            yield field, f"'{_typed(field)}:' is no field that is read; write '{_typed(near[0])}:'"


def _typed(field: str) -> str:
    return field.capitalize()
