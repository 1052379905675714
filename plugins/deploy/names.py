"""Says which paths may be sent: relative, and read alike by every server, system and browser."""

from __future__ import annotations

import unicodedata

AREA = ".deploy"
"""The folder within a target that holds what is not part of the site."""


def problem(path: str) -> str | None:
    """What is wrong with a path of a site, or None."""
    parts = path.split("/")
    if parts[0] == AREA:
        return f"the folder {AREA} is where publishing keeps its own files"
    if any(part in ("", ".", "..") for part in parts):
        return "the path leaves the site, or is not written in the plain way"
    return _character_problem(path) or next(filter(None, map(_part_problem, parts)), None)


def _character_problem(path: str) -> str | None:
    if not path.isprintable() and any(unicodedata.category(each) in _UNSEEN for each in path):
        return "the name has a line break or another character that cannot be seen"
    if "\\" in path:
        return "the name has a backslash, which Windows takes for a folder"
    if unicodedata.normalize("NFC", path) != path:
        return "the name's accents are separate characters (NFD), which browsers do not ask for"
    return None


_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters (names that are no UTF-8), line separators."""


def _part_problem(part: str) -> str | None:
    if part != part.strip(" "):
        return "the name begins or ends with a space"
    if len(part.encode()) > 255:  # NAME_MAX of Linux's file systems
        return "the name is longer than 255 bytes"
    return None
