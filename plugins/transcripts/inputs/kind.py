"""What the kinds of packages have in common: how they are spelt, fetched and recognised."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model import Input
from .shelf import Room

_HASH = re.compile(r"(?:[0-9a-f]{64})?")


def _no_parts(_item: Input, _main: Path) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of package. Nothing that its patterns refuse reaches a command line."""

    name: re.Pattern[str]
    version: re.Pattern[str]
    example: str
    fits: Callable[[Input, str], bool]
    """Whether the input's file, whose hash the post has, may be called so."""
    fetch: Callable[[Input, Room], Awaitable[None]]
    """Leaves the input's files in the room, or raises ParseError."""
    parts: Callable[[Input, Path], Mapping[str, str]] = _no_parts
    """The names and hashes of further files that the input's file names."""

    def spells(self, item: Input) -> bool:
        """Whether an input's name, version and hash are of this kind's form."""
        return bool(
            self.name.fullmatch(item.name)
            and self.version.fullmatch(item.version)
            and _HASH.fullmatch(item.sha256)
        )
