"""Says under which sign a transcript stands: when, where, on what, and whether it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from .model import KEPT_UP, Recorded

_PACKAGES_SHOWN = 4
_FILESYSTEMS_SHOWN = 3
_LINKS_SHOWN = 3
_KEPT = f"{KEPT_UP}: rates and delays of its links"
_RANGE = re.compile(r"\[(\d+)-(\d+)\]$")
_AMOUNT = re.compile(r"([\d.]+)(.*)")
_UNITS = {"kbit": "kbit/s", "mbit": "Mbit/s", "gbit": "Gbit/s", "us": "µs"}
_OPTIONS = {
    "up": "{} up",
    "down": "{} down",
    "delay": "{}",
    "jitter": "± {}",
    "loss": "{} loss",
    "queue": "queue of {}",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a session can be downloaded from."""

    text: str
    script: str


def then_caption(day: date, identifier: str) -> str:
    """Of a history: when it was, and a link to it."""
    return f'<b>Then</b> · {_time(day)} · <a href="#{identifier}">permalink</a>'


def now_caption(recorded: Recorded, links: Links, holds: bool | None) -> str:
    """Of what stands beside a history: the verdict in words, when and on what it ran."""
    verdict = {True: "still holds · ", False: "changed since · ", None: ""}[holds]
    return f"<b>Now</b> · {verdict}{_ran(recorded)} · {_where(recorded, links)}"


def claim_caption(recorded: Recorded, links: Links | None, holds: bool | None) -> str:
    """Of a block: whether what the post claims holds, and with ``links`` on what it ran.

    Empty where there is neither.
    """
    verdict = {True: "<b>Holds</b>", False: "<b>Does not hold</b>", None: ""}[holds]
    ran = _ran(recorded) if verdict else _ran(recorded).replace("ran", "Ran", 1)
    if links:
        return " · ".join(part for part in (verdict, ran, _where(recorded, links)) if part)
    return f"{verdict} · {ran}" if verdict else ""


def _ran(recorded: Recorded) -> str:
    return f"ran {_time(recorded.provenance.day)}"


def _where(recorded: Recorded, links: Links) -> str:
    parts = (
        escape(", ".join(_world(recorded))),
        *_network(recorded),
        f'<a href="{escape(links.text)}">plain text</a>',
        f'<a href="{escape(links.script)}">script</a>',
    )
    return " · ".join(parts)


def _network(recorded: Recorded) -> tuple[str, ...]:
    """Of a network what it declares, and whether it was that, loud where it was not.

    Why it was not, the problem of the session says.
    """
    said = recorded.provenance.network
    if not said:
        return ()
    declared = escape(_declared(recorded.provenance.hosts))
    if said.startswith(KEPT_UP):
        return (f"{declared} {escape(said.replace(_KEPT, 'kept its rates and delays'))}",)
    return (declared, f"<b>this machine {escape(said.partition(':')[0])}</b>")


def _declared(lines: Sequence[str]) -> str:
    """A network in words, from the lines of the front matter that declare its hosts."""
    count = sum(_count(line.split()[0]) for line in lines)
    network = f"network of {count} {'host' if count == 1 else 'hosts'}"
    links = [_link(*line.split()) for line in lines if " " in line]
    more = len(links) - _LINKS_SHOWN
    if more > 1:
        links[_LINKS_SHOWN:] = [f"and {more} more"]
    return f"{network} ({'; '.join(links)})" if links else network


def _count(name: str) -> int:
    numbered = _RANGE.search(name)
    return int(numbered[2]) - int(numbered[1]) + 1 if numbered else 1


def _link(name: str, *options: str) -> str:
    return f"{name}: {', '.join(map(_option, options))}"


def _option(option: str) -> str:
    name, _, value = option.partition("=")
    amount = _AMOUNT.fullmatch(value)
    if not amount or name not in _OPTIONS:  # a recording of another version
        return option
    number, unit = amount.groups()
    return _OPTIONS[name].format(f"{number} {_UNITS.get(unit, unit)}")


def made_caption(recorded: Recorded) -> str:
    """Of a picture or table that a session made."""
    return f"Made by the examples of this page, which ran on {_time(recorded.provenance.day)}"


def _world(recorded: Recorded) -> tuple[str, ...]:
    provenance = recorded.provenance
    # A Debian revision such as "-4.1+deb12u2" tells a reader little; the recording has it.
    packages = [re.sub(r"^(\S+) (?:\d+:)?([^-\s]+)\S*$", r"\1 \2", p) for p in provenance.packages]
    more = len(packages) - _PACKAGES_SHOWN
    if more > 1:
        packages[_PACKAGES_SHOWN:] = [f"{more} packages more"]
    kernel = re.sub(r"^(\S+ \d+(?:\.\d+)*).*$", r"\1", provenance.kernel)
    filesystems = provenance.filesystem.split(", ")
    if len(filesystems) > _FILESYSTEMS_SHOWN:
        filesystems = [f"{len(filesystems)} file systems"]
    return (kernel, *filesystems, *packages)


def _time(day: date) -> str:
    # strftime would take the month from the locale, and the rest of the page is English.
    return (
        f'<time datetime="{day.isoformat()}">{day.day} {_MONTHS[day.month - 1]} {day.year}</time>'
    )
