"""Says which notes and references of a text lead nowhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What was found as a text was read; labels are as they were typed."""

    notes: tuple[str, ...] = ()
    """Labels of notes that are nowhere."""
    unused: tuple[str, ...] = ()
    """Labels of notes to which nothing refers."""
    links: tuple[str, ...] = ()
    """References, with their brackets, whose definitions are nowhere."""


def reference_problems(found: References, source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line of each that leads nowhere, and what to say of it."""
    for label in found.notes:
        mark = f"[^{label}]"
        text = f"{mark} has no note; add a line '{mark}: …', or put it in backquotes"
        yield source.line(rf"{re.escape(mark)}(?!:)"), text
    for label in found.unused:
        mark = f"[^{label}]"
        text = f"nothing refers to note {mark}; put {mark} where it belongs, or remove the note"
        yield source.line(rf"^ {{0,3}}{re.escape(mark)}:"), text
    for typed in found.links:
        label = " ".join(typed.strip("[]").split("][")[-1].split())
        text = f"{typed} leads nowhere; add a line '[{label}]: ADDRESS', or put it in backquotes"
        # Its text may have code in it, which is not searched.
        yield source.line(re.escape(typed[typed.rindex("][") :])), " ".join(text.split())
