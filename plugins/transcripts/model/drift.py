"""What is no longer true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .location import Location


class Kind(Enum):
    """In which way a recording or a claim is no longer true."""

    MISSING = "missing"
    STALE = "stale"
    CHANGED = "changed"
    EXIT = "exit"
    FAILED = "failed"
    OVERLOADED = "overloaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference between what a post or its recording says and what was seen."""

    kind: Kind
    location: Location
    message: str
    diff: tuple[str, ...] = ()
    """Lines that begin with ``-`` (said), ``+`` (seen) or a space (both)."""

    def __str__(self) -> str:
        return "\n".join((f"{self.location}: {self.message}", *self.diff))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run found wrong; nothing, if all is well."""

    problems: tuple[str, ...] = ()
    """Errors of posts, recordings and settings, each with its place and remedy."""
    drifts: tuple[Drift, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.problems or self.drifts)

    def __add__(self, other: Report) -> Report:
        return Report(problems=self.problems + other.problems, drifts=self.drifts + other.drifts)
