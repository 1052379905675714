"""Where something stands in a file, as error messages name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A line of a file, as error messages name it."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
