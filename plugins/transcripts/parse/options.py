"""Reads the options of a block, each into a value of its own type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..errors import ParseError
from ..model import Artifact, Hide
from ..names import nearest
from .fences import Fence

DEFAULT_SESSION = "main"
LIVE_OPTIONS = (
    "run",
    "session",
    "timeout",
    "exit",
    "hide",
    "figure",
    "alt",
    "table",
    "placeholder",
    "then",
)
FILE_OPTIONS = ("file", "session")

_DURATION = re.compile(r"^(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h)$")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_NAME = re.compile(r"^[A-Za-z0-9_-]+$")
_FIGURE_SUFFIXES = (".svg", ".png")
_TABLE_SUFFIXES = (".csv", ".tsv")


def check_options(fence: Fence, known: tuple[str, ...]) -> None:
    """Refuse an option that is not known. Raises ParseError, as all here do."""
    for option in fence.options:
        if option not in known:
            raise ParseError(f"unknown option {option!r}; {nearest(option, known)}", fence.location)


def session_name(fence: Fence) -> str:
    """The session that a block belongs to."""
    name = fence.options.get("session", DEFAULT_SESSION)
    if not _NAME.match(name):
        raise ParseError(f"session name {name!r}; use letters, digits, '-' and '_'", fence.location)
    return name


def duration(fence: Fence, text: str) -> float:
    """A time with its unit, in seconds."""
    match = _DURATION.match(text)
    if not match or not float(match["number"]):
        raise ParseError(
            f"timeout {text!r}; write a number with its unit, such as 60s, 500ms or 2m",
            fence.location,
        )
    return float(match["number"]) * _SECONDS[match["unit"]]


def exit_any(fence: Fence) -> bool:
    """Whether the block lets its commands end as they will."""
    value = fence.options.get("exit", "any")
    if value != "any":
        raise ParseError(f"exit={value}; write exit=any", fence.location)
    return "exit" in fence.options


def hide(fence: Fence) -> Hide:
    """What of the block a reader does not see."""
    match fence.options.get("hide"):
        case None:
            return Hide.NOTHING
        case "":
            return Hide.ALL
        case "output":
            return Hide.OUTPUT
        case other:
            raise ParseError(f"hide={other}; write hide or hide=output", fence.location)


def placeholder(fence: Fence) -> str | None:
    """The pattern of what varies from run to run."""
    pattern = fence.options.get("placeholder")
    if pattern is None:
        return None
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ParseError(
            f"placeholder {pattern!r} is no regular expression: {error}; mend it", fence.location
        ) from error
    if compiled.fullmatch(""):
        raise ParseError(
            f"placeholder {pattern!r} matches nothing at all; say what varies", fence.location
        )
    return pattern


def then(fence: Fence) -> date | None:
    """The day of which the block is history."""
    text = fence.options.get("then")
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ParseError(f"then={text}; write a day as 2009-03-08", fence.location) from error


def artifacts(fence: Fence) -> Iterator[Artifact]:
    """The files that the block wants out of its session."""
    if "alt" in fence.options and "figure" not in fence.options:
        raise ParseError("alt= without a figure; add figure=PATH", fence.location)
    if "figure" in fence.options:
        path = _artifact_path(fence, "figure", _FIGURE_SUFFIXES)
        alt = fence.options.get("alt", "").strip()
        if not alt:
            raise ParseError(
                'a figure needs alt="…"; say what it shows to those who cannot see it',
                fence.location,
            )
        yield Artifact(kind="figure", path=path, location=fence.location, alt=alt)
    if "table" in fence.options:
        path = _artifact_path(fence, "table", _TABLE_SUFFIXES)
        yield Artifact(kind="table", path=path, location=fence.location)


def _artifact_path(fence: Fence, kind: str, suffixes: tuple[str, ...]) -> str:
    path = fence.options[kind]
    if not path.lower().endswith(suffixes):
        raise ParseError(
            f"{kind}={path}; name a file that ends in {' or '.join(suffixes)}", fence.location
        )
    return path
