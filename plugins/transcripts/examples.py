"""Says of each example of a post what it is, where and when it ran, and whether it still holds.

So that one page can list them all. It makes no HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from .compare import Seen, history_holds
from .model import LiveBlock, Recorded


class Verdict(Enum):
    """What became of an example, in a reader's words."""

    HOLDS = "holds"
    """All that it claims is what was seen."""
    CHANGED = "changed since"
    """What its history tells is no longer so."""
    RAN = "ran"
    """It claims nothing, and ran to its end."""
    BROKEN = "does not hold"
    """It is not recorded, or what it claims is not what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One live block that a page shows."""

    id: str
    """Of its figure or section on the page."""
    command: str
    """The first line of its last command."""
    verdict: Verdict
    then: date | None
    """The day of its history."""
    environment: str
    ran: date | None = None
    """None where it is not recorded."""
    kernel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What became of the examples that tell of one year: that of their history, or of their run."""

    year: int
    counts: tuple[tuple[Verdict, int], ...]
    """In the order of Verdict, none of them 0."""

    @property
    def total(self) -> int:
        """How many examples these are."""
        return sum(count for _, count in self.counts)


def example(
    block: LiveBlock, identifier: str, seen: Seen | None, recorded: Recorded | None, *, broken: bool
) -> Example:
    """An example as it was seen; ``broken`` where something that it claims does not hold."""
    return Example(
        id=identifier,
        command=block.commands[-1].text.split("\n")[0],
        verdict=Verdict.BROKEN if broken or seen is None else _verdict(seen),
        then=block.then,
        environment=recorded.environment if recorded else "",
        ran=recorded.provenance.day if recorded else None,
        kernel=recorded.provenance.kernel if recorded else "",
    )


def _verdict(seen: Seen) -> Verdict:
    if seen.block.then:
        holds = history_holds(seen)
        return {True: Verdict.HOLDS, False: Verdict.CHANGED, None: Verdict.RAN}[holds]
    claims = any(command.claim for command in seen.block.commands)
    return Verdict.HOLDS if claims else Verdict.RAN


def years(examples: Iterable[Example]) -> tuple[Year, ...]:
    """What became of examples, by year; those that were never seen tell of none."""
    days = ((one.then or one.ran, one.verdict) for one in examples)
    counts = Counter((day.year, verdict) for day, verdict in days if day)
    return tuple(
        Year(year=year, counts=tuple((v, counts[year, v]) for v in Verdict if counts[year, v]))
        for year in sorted({year for year, _ in counts})
    )
