"""What was seen, when, and on what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .screen import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One command, what the terminal showed, its exit status, and what befell it, if anything."""

    prompt: str
    command: str
    output: tuple[Line, ...]
    status: int
    notes: tuple[str, ...] = ()
    """Such as ``timed out after 30 s`` or ``output cut after 1 MiB``, in reading order."""
    failed: bool = False
    """Whether it ended in a way that no exit status can excuse, such as a timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactFile:
    """A figure or table as a session made it."""

    kind: str
    path: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """When and on what a session ran."""

    day: date
    kernel: str
    """Such as ``Linux 6.1.0-41-amd64``."""
    filesystem: str
    packages: tuple[str, ...] = ()
    """``name version`` of each package whose programs ran, in order of name."""
    hosts: tuple[str, ...] = ()
    """Of a network, each line of the front matter that declares hosts."""
    network: str = ""
    """Of a network, what it measured of itself; see KEPT_UP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What one session printed, and where; ``digest`` says which session that was."""

    session: str
    environment: str
    digest: str
    provenance: Provenance
    exchanges: tuple[Exchange, ...]
    artifacts: tuple[ArtifactFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """All recorded sessions of one post, in the order of the post."""

    sessions: tuple[Recorded, ...] = ()

    @property
    def by_name(self) -> Mapping[str, Recorded]:
        """The recorded sessions by the names of their sessions."""
        return {recorded.session: recorded for recorded in self.sessions}


KEPT_UP = "kept up"
"""How the word on a network begins on a machine that was fast enough."""
