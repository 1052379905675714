"""Reads ``Hosts:``, which declares the hosts of a network and their links, and names in prompts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from ..errors import ParseError
from ..model import Host, Link, Location
from ..names import nearest
from .front_matter import Field

_NAME = re.compile(r"^[a-z][a-z0-9-]*$")
_GROUP = re.compile(r"^(?P<stem>[a-z][a-z0-9-]*)\[(?P<first>\d{1,6})-(?P<last>\d{1,6})\]$")
_AMOUNT = re.compile(r"^(?P<number>\d+(?:\.\d+)?)(?P<unit>[a-z%]*)$")
_RATES = {"kbit": 1_000, "mbit": 1_000_000, "gbit": 1_000_000_000}
_TIMES = {"us": 1, "ms": 1_000, "s": 1_000_000}
_QUEUES = {"bytes": 1, "packets": 1500}
_LONGEST_NAME = 63
_MOST = 60_000
_LONGEST_DELAY = 10_000_000
_TAKEN = ("localhost",)


def hosts(field: Field, host: str) -> Iterator[Host]:
    """All hosts that the lines declare, in their order; ``host`` is the sandbox's own name.

    Raises ParseError, with the line, for what cannot be had.
    """
    seen: set[str] = set()
    for location, line in field:
        if not line:
            raise ParseError(
                "'Hosts:' names no host; write one a line, such as peer[1-50] up=128kbit", location
            )
        name, *options = line.split()
        link = _link(options, location)
        in_order = sorted(options, key=lambda option: [*_READ].index(option.partition("=")[0]))
        declared = " ".join((name, *in_order))
        for one in _names(name, location):
            if one in seen or one in (*_TAKEN, host):
                raise ParseError(f"host {one!r} stands there twice; rename one", location)
            seen.add(one)
            yield Host(name=one, link=link, declared=declared, location=location)


def _names(name: str, location: Location) -> Iterator[str]:
    if "[" in name or "]" in name:
        yield from _numbered(name, location)
    elif not _NAME.match(name) or len(name) > _LONGEST_NAME:
        raise ParseError(
            f"{name!r} is no name of a host; write small letters, digits and dashes", location
        )
    else:
        yield name


def _numbered(name: str, location: Location) -> Iterator[str]:
    match = _GROUP.match(name)
    if not match:
        raise ParseError(f"{name!r} is no group of hosts; write it as peer[1-50]", location)
    first, last = int(match["first"]), int(match["last"])
    if last < first:
        raise ParseError(
            f"group {name!r} ends before it begins; write {match['stem']}[{last}-{first}]", location
        )
    if last - first >= _MOST:
        raise ParseError(f"group {name!r} has more than {_MOST} hosts; declare fewer", location)
    for number in range(first, last + 1):
        yield f"{match['stem']}{number}"


# --- Links ------------------------------------------------------------------------------


def _link(options: Sequence[str], location: Location) -> Link:
    link = Link()
    given: set[str] = set()
    for option in options:
        name, _, value = option.partition("=")
        if name not in _READ:
            raise ParseError(
                f"unknown option {option!r} of a host; {nearest(name, tuple(_READ))}", location
            )
        if name in given:
            raise ParseError(f"option {name}= stands there twice; remove one", location)
        given.add(name)
        link = replace(link, **{name: _READ[name](option, value, location)})  # type: ignore[arg-type]  # as the field has it
    if link.jitter > link.delay:
        raise ParseError("jitter= is more than delay=, and no packet can come early", location)
    return link


def _rate(option: str, value: str, location: Location) -> int:
    amount = _amount(option, value, _RATES, location, "a rate such as 128kbit, 2mbit or 1gbit")
    if not 8_000 <= amount <= 40 * _RATES["gbit"]:
        raise ParseError(
            f"{option}: a link carries 8kbit to 40gbit; leave it out for one without a limit",
            location,
        )
    return int(amount)


def _time(option: str, value: str, location: Location) -> int:
    amount = _amount(option, value, _TIMES, location, "a time such as 30ms, 500us or 1s")
    if amount > _LONGEST_DELAY:
        raise ParseError(f"{option}: at most 10s", location)
    return int(amount)


def _loss(option: str, value: str, location: Location) -> float:
    amount = _amount(option, value, {"%": 1}, location, "a part such as 0.1%")
    if amount >= 100:
        raise ParseError(f"{option}: then nothing would arrive; write less than 100%", location)
    return amount


def _queue(option: str, value: str, location: Location) -> int:
    amount = _amount(option, value, _QUEUES, location, "a length such as 50packets or 64000bytes")
    if not 1500 <= amount <= 1 << 30:
        raise ParseError(f"{option}: at least one packet, which has 1500bytes", location)
    return int(amount)


def _amount(
    option: str, value: str, units: Mapping[str, int], location: Location, example: str
) -> float:
    match = _AMOUNT.match(value)
    if not match or match["unit"] not in units or len(match["number"]) > 12:
        raise ParseError(f"{option}: write {example}", location)
    return float(match["number"]) * units[match["unit"]]


_READ: Mapping[str, Callable[[str, str, Location], float]] = {
    "up": _rate,
    "down": _rate,
    "delay": _time,
    "jitter": _time,
    "loss": _loss,
    "queue": _queue,
}


# --- Prompts ----------------------------------------------------------------------------


def meant(prompt: str, known: Sequence[Host], location: Location) -> tuple[str, ...]:
    """The hosts that a prompt names. Raises ParseError for one that is not declared."""
    names = {host.name for host in known}
    found = tuple(_names(prompt, location))
    for name in found:
        if name not in names:
            declared = dict.fromkeys(host.declared.split()[0] for host in known)
            near = get_close_matches(name, sorted(names), n=1, cutoff=0.6)
            remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(declared)}"
            raise ParseError(f"no host {name!r}; {remedy}", location)
    return found


def names_declared(prompt: str, known: Sequence[Host]) -> bool:
    """Whether a prompt is just that of a declared host, or of some of a declared group."""
    group = _GROUP.match(prompt)
    ends = (f"{group['stem']}{int(group[n])}" for n in ("first", "last")) if group else (prompt,)
    names = {host.name for host in known}
    return any(name in names for name in ends)


def looks_meant(prompt: str, known: Sequence[Host]) -> bool:
    """Whether a line of output that looks like a prompt was rather written as one."""
    stem = prompt.partition("[")[0].rstrip("0123456789")
    return any(host.name.rstrip("0123456789") == stem for host in known) or bool(
        get_close_matches(prompt, {host.name for host in known}, n=1, cutoff=0.8)
    )
