"""Looks at a figure or table that a session made, before it is recorded: whether it is one."""

from __future__ import annotations

import csv
from io import StringIO

_PNG = b"\x89PNG\r\n\x1a\n"


def artifact_problem(kind: str, path: str, data: bytes) -> str | None:
    """What is wrong with a file, and what to do; None where a page can show it."""
    if kind == "table":
        return _table_problem(data, "\t" if path.lower().endswith(".tsv") else ",")
    if path.lower().endswith(".png"):
        return (
            None if data.startswith(_PNG) else "is no PNG picture; mend the command that makes it"
        )
    return None if b"<svg" in data else "is no SVG picture; mend the command that makes it"


def _table_problem(data: bytes, delimiter: str) -> str | None:
    try:
        text = data.decode("utf-8")
        rows = [row for row in csv.reader(StringIO(text), delimiter=delimiter, strict=True) if row]
    except UnicodeDecodeError:
        return "is not UTF-8; mend the command that makes it"
    except csv.Error as error:
        return f"cannot be read: {error}; mend the command that makes it"
    if not rows:
        return "is empty; its first row must be the head"
    if wrong := next((row for row in rows if len(row) != len(rows[0])), None):
        return f"has rows of {len(rows[0])} and of {len(wrong)} cells; make them alike"
    return None
