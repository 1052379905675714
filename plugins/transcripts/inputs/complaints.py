"""What can be wrong with an input, each with the line of the post and the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import ParseError
from ..model import Input

_MOST_SHOWN = 8


def label(item: Input) -> str:
    """An input as the post names it."""
    return f"{item.name}={item.version}" if item.version else item.name


def no_hash(item: Input, found: str) -> ParseError:
    """The author has not written a hash yet."""
    return _of(item, f"has no sha256; append sha256:{found}")


def other_hash(item: Input, name: str, found: str) -> ParseError:
    """What came is not what the post names."""
    return _of(
        item,
        f"is not what was named: sha256:{found} was found, of {name};"
        " append that instead, once you know why",
    )


def misspelt(item: Input, example: str) -> ParseError:
    """A name or version that the kind's archives cannot have."""
    return _of(item, f"is no {item.kind} package of one version; write it as {example}")


def other_name(item: Input, names: Sequence[str]) -> ParseError:
    """A version may be spelt in several ways, and be found under each."""
    return _of(item, f"is called {', '.join(names)}; write its version so")


def no_package(item: Input, client: str) -> ParseError:
    """The archives do not know the name."""
    return _of(item, f"is of no package that {client} knows; check its spelling")


def no_version(item: Input, client: str, known: Sequence[str]) -> ParseError:
    """The archives know the name, but not the version."""
    cut = "…, " if len(known) > _MOST_SHOWN else ""
    there = f"{cut}{', '.join(known[-_MOST_SHOWN:])}"
    return _of(item, f"has no such version; {client} knows {there}")


def no_client(item: Input, program: str, cure: str) -> ParseError:
    """What would fetch it is not installed."""
    return _of(item, f"is fetched by {program}, which is not there; {cure}")


def no_network(item: Input, client: str) -> ParseError:
    """The archives do not answer."""
    return _of(
        item,
        f"is not kept yet, and {client} reaches no archive;"
        " run this once with a network, or see to the client's settings",
    )


def no_file(item: Input, client: str, said: str) -> ParseError:
    """The client failed in a way of its own."""
    return _of(item, f"was not fetched: {client} says {said!r}; try that client by hand")


def not_kept(item: Input, place: Path, reason: str) -> ParseError:
    """The shelf cannot be read or written, or is full."""
    return _of(item, f"cannot be kept in {place}: {reason}; see to that directory")


def same_name(item: Input, name: str, other: Input) -> ParseError:
    """Two inputs cannot lie at one path of the sandbox."""
    return _of(item, f"has a file {name!r}, as {label(other)} has; take one of them out")


def bad_path(item: Input, wrong: str) -> ParseError:
    """A local file that cannot be an input."""
    return _of(item, wrong)


def _of(item: Input, wrong: str) -> ParseError:
    return ParseError(f"input {label(item)} {wrong}", item.location)
