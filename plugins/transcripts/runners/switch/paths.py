"""What lies between any two hosts, sorted by what it takes to emulate it: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

_NANO = 1_000
"""Nanoseconds in a microsecond."""
_MOST_KINDS = 8
"""The kernel compares each packet with every pair of kinds."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a packet meets each time that it passes a link."""

    delay: int
    """Microseconds."""
    jitter: int
    """Microseconds, more or less than the delay."""
    loss: float
    """Of 100 packets."""


@dataclass(frozen=True, slots=True)
class Port:
    """A host, as the network must know it."""

    name: str
    address: str
    up: int
    """Bits a second; 0 for as fast as it goes."""
    down: int
    kind: Kind
    up_queue: int
    """Bytes that wait at the host's end of the link."""
    down_queue: int


@dataclass(frozen=True, slots=True)
class Path:
    """What a packet meets on its way from one host to another."""

    delay: int
    """Nanoseconds."""
    jitter: int
    loss: float
    """The part that is lost, from 0 to 1."""


Pair = tuple[str, str]
"""With what the names of links begin, of those that packets come from and go to; "" is any."""


@dataclass(frozen=True, slots=True)
class Paths:
    """All that do something to packets."""

    even: Mapping[int, Sequence[Pair]]
    """Where each packet takes as long, by that number of nanoseconds."""
    varied: Sequence[Pair]
    """Where each has a fate of its own."""


def path(one: Kind, other: Kind) -> Path:
    """What lies between two hosts."""
    kept = (1 - one.loss / 100) * (1 - other.loss / 100)
    delay, jitter = one.delay + other.delay, one.jitter + other.jitter
    return Path(delay * _NANO, jitter * _NANO, 1 - kept)


def names(ports: Sequence[Port]) -> list[str]:
    """Of each port's link; those of one kind begin with what no other begins with."""
    kinds = _kinds(ports)
    return [f"{kinds[port.kind]}{index}" for index, port in enumerate(ports)]


def sort(ports: Sequence[Port]) -> Paths:
    """Tell the paths between all ports apart, as far as that is cheap."""
    kinds = _kinds(ports)
    if len(kinds) > _MOST_KINDS:
        return Paths({}, [("", "")])
    even: dict[int, list[Pair]] = {}
    varied: list[Pair] = []
    for (one, begin), (other, end) in product(kinds.items(), repeat=2):
        met = path(one, other)
        if met.jitter or met.loss:
            varied.append((begin, end))
        elif met.delay:
            even.setdefault(met.delay, []).append((begin, end))
    return Paths(even, varied)


def _kinds(ports: Sequence[Port]) -> dict[Kind, str]:
    kinds = dict.fromkeys(port.kind for port in ports)
    return {kind: f"{number}l" for number, kind in enumerate(kinds)}
