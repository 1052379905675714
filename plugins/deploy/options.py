"""How to publish: what may be overridden, who is told, who publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from .lock import Holder
from .plan import RANKS, Ranks


class Force(StrEnum):
    """A refusal that can be overridden, by its name."""

    LOCK = "lock"
    EDITED = "edited"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stage has come."""

    stage: str
    files: int
    of_files: int
    bytes: int
    of_bytes: int


def _nobody_is_told(_: Progress) -> None:
    pass


def _nobody_is_dead(_: Holder) -> bool:
    return False


async def _wait(seconds: float) -> None:
    await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to publish."""

    me: Holder
    force: frozenset[Force] = frozenset()

    adopt: bool = False
    """Whether the target may hold files that are not ours; they are never deleted."""

    dry_run: bool = False
    ranks: Ranks = RANKS
    progress: Callable[[Progress], None] = _nobody_is_told

    dead: Callable[[Holder], bool] = _nobody_is_dead
    """Whether a publish that holds the lock is known to have ended."""

    linger: float = 2.0
    """Seconds between the last swap and the first delete, for those who read an old page."""

    wait: Callable[[float], Awaitable[None]] = _wait
