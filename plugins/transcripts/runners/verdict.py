"""Says of what a network measured of itself whether it was what was declared: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..model import KEPT_UP, Host

_RATE, _TRIP, _TRIP_LEAST = 0.05, 0.05, 1.0
"""Parts by which a rate and a round trip may differ, and milliseconds that are always allowed."""
_LATEST = 10.0
"""Milliseconds by which one of a hundred packets may be late."""
_IDLE_LEAST = 0.05
"""The part of the processors' time that must be left, while packets go by."""


def verdict(hosts: Sequence[Host], measured: Mapping[str, Any]) -> str:
    """One line; it is always the same where all is well."""
    problems = [*_pulse(measured["pulse"]), *_links(hosts, measured["links"])]
    if problems:
        return f"could not keep up: {'; '.join(problems)}"
    return f"{KEPT_UP}: rates and delays of its links within 5 %"


def _pulse(pulse: Mapping[str, float]) -> Iterator[str]:
    late = max(pulse["late"], pulse["lag"])
    if pulse["packets"] and late > _LATEST:
        yield f"1 % of the packets were more than {late:.0f} ms late"
    if pulse["packets"] and pulse["idle"] < _IDLE_LEAST:
        yield f"the processors were busy for {1 - pulse['idle']:.0%} of the time"
    if pulse["dropped"]:
        yield f"{pulse['dropped']:.0f} packets were lost that no link lost"


def _links(hosts: Sequence[Host], found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    links = {host.name: host.link for host in hosts}
    for one in found:
        name = one.get("name", "")
        if name not in links:
            yield f"a link could not be measured: {one.get('error', 'no answer')}"
            continue
        link = links[name]
        kept = 1 - link.loss / 100
        for way, declared in (("up", link.up * kept), ("down", link.down * kept)):
            if declared and abs(one[way] - declared) > _RATE * declared:
                had = f"{name} had {one[way] / 1000:.0f} kbit/s {way}"
                yield f"{had} instead of {declared / 1000:g}"
        declared_trip = link.delay * 2 / 1000
        trip = one["trip"]
        if trip is None:
            yield f"{name} did not answer"
        elif (
            abs(trip - declared_trip) > max(_TRIP_LEAST, _TRIP * declared_trip) + link.jitter / 1000
        ):
            yield f"{name} had {trip:.1f} ms for a round trip instead of {declared_trip:g}"
