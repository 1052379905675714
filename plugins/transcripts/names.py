"""Judges names: suggests the one that somebody meant, and says what is no Debian package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

# Debian policy 5.6.7. A last "-" would be legal too, but apt-get reads it as "remove".
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.]")


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the likely one, or all that there are."""
    names = tuple(known)
    if close := get_close_matches(name, names, n=1, cutoff=0.5):
        return f"did you mean {close[0]!r}?"
    return f"known are {', '.join(names)}"


def package_problem(name: str) -> str:
    """What is wrong with the name of a Debian package; nothing where archives may have it."""
    if _PACKAGE.fullmatch(name):
        return ""
    return f"{name!r} is no name of a Debian package; names are like 'make' or 'g++'"
