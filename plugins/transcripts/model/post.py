"""What the author writes: blocks, and the sessions that they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from .location import Location
from .world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the post says that a command prints: its lines as written, patterns included."""

    lines: tuple[str, ...] = ()
    status: int | None = None
    first_line: int
    """Line of the post at which the claim begins; where nothing is claimed, where it would."""

    def __bool__(self) -> bool:
        return bool(self.lines) or self.status is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is typed after one prompt; continued lines are joined by newlines."""

    text: str
    location: Location
    claim: Claim
    root: bool = False
    host: str | None = None
    """As written before the prompt: a host, or a group such as ``peer[1-50]``."""
    hosts: tuple[str, ...] = ()
    """On which hosts it runs; none for the shell that is on no host."""
    timeout: float = 30.0
    """Seconds."""

    @property
    def prompt(self) -> str:
        """What stands before the command, such as ``$ ``."""
        return f"{self.host or ''}{'#' if self.root else '$'} "


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A block with ``file=PATH``: shown, and written to that path of the session."""

    path: str
    text: str
    location: Location
    root: bool = False
    """Whether root writes it: who types the next command of the session."""
    hosts: tuple[str, ...] = ()
    """On which hosts: those of the next command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file that the session made, wanted on the page: ``figure=PATH`` or ``table=PATH``."""

    kind: str
    """``figure`` or ``table``."""
    path: str
    location: Location
    alt: str = ""
    root: bool = False
    """Whether the block's commands are root's, in whose directory a relative path begins."""
    hosts: tuple[str, ...] = ()
    """The host of the block's last command, if it ran on one."""


Step = Command | File | Artifact


class Hide(Enum):
    """What of a live block a reader does not see."""

    NOTHING = ""
    OUTPUT = "output"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBlock:
    """A ``console run`` block: its steps belong to the session that it names."""

    location: Location
    last_line: int
    session: str
    steps: tuple[Command | Artifact, ...]
    exit_any: bool = False
    hide: Hide = Hide.NOTHING
    placeholder: str | None = None
    then: date | None = None

    @property
    def commands(self) -> tuple[Command, ...]:
        """The steps that are commands."""
        return tuple(step for step in self.steps if isinstance(step, Command))

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """The steps that take a file out of the session."""
        return tuple(step for step in self.steps if isinstance(step, Artifact))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBlock:
    """A block with ``file=PATH``, highlighted as its language."""

    location: Location
    last_line: int
    session: str
    file: File
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticBlock:
    """A ``console`` block without ``run``: shown as it stands."""

    location: Location
    last_line: int
    lines: tuple[str, ...]


Block = LiveBlock | FileBlock | StaticBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Commands that share one shell, with the files and pictures between them, in order."""

    name: str
    environment: str
    steps: tuple[Step, ...]
    location: Location
    digest: str
    """SHA-256, in hexadecimal, of all that decides what the session prints."""

    @property
    def commands(self) -> tuple[Command, ...]:
        """The steps that are commands."""
        return tuple(step for step in self.steps if isinstance(step, Command))

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """The steps that take a file out of the session."""
        return tuple(step for step in self.steps if isinstance(step, Artifact))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A Markdown source with its blocks, and the sessions that its live blocks make."""

    path: str
    blocks: tuple[Block, ...]
    sessions: tuple[Session, ...]
    world: World
