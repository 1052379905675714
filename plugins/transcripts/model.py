"""The values that the stages hand each other; no file, clock or process is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A line of a file, as error messages name it."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


# --- What the author writes -------------------------------------------------------------


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


# --- The described world ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a session may use; the runner enforces each."""

    command: float = 30.0
    """Seconds a command may take, unless its block says ``timeout=``."""
    session: float = 600.0
    """Seconds that a whole session may take."""
    output: int = 1 << 20
    """Bytes kept of one command's output."""
    memory: int = 2 << 30
    """Bytes of memory, all processes of the session together."""
    processes: int = 256
    file_size: int = 1 << 30
    """Bytes of the largest file a command may write."""
    storage: int = 1 << 30
    """Bytes that each writable file system of the sandbox holds."""
    artifact: int = 4 << 20
    """Bytes of the largest figure or table taken out of a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A world that posts name; ``TRANSCRIPTS_ENVIRONMENTS`` describes each."""

    name: str
    runner: str = "namespace"
    root: str = "/"
    """``/`` for the author's own system, or a Debian suite, such as ``debian:bookworm``."""
    packages: tuple[str, ...] = ()
    """Debian packages that such a root has besides the essential ones."""
    kernel: str = ""
    """For machines: the Debian suite whose kernel boots; empty for the system's own."""
    emulator: str = "auto"
    """For machines: ``uml``, ``qemu``, or ``auto`` for the first of them that is there."""
    user: str = "reader"
    host: str = "blog"
    timezone: str = "UTC"
    locale: str = "C.UTF-8"
    columns: int = 80
    rows: int = 24
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file system that a machine has made and mounted before a session, as in fstab(5)."""

    path: str
    kind: str
    """Such as ``ext4``, as mount(8) names it."""
    size: int
    """Bytes."""
    options: tuple[str, ...]
    """As ``mount -o`` takes them."""
    inode_size: int = 0
    """Bytes; 0 for what mkfs takes."""
    block_size: int = 0
    """Bytes; 0 for what mkfs takes."""
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file, or those of a source package, that sessions find under ``/inputs``."""

    kind: str
    """``debian-source``, ``debian``, ``pypi``, ``npm`` or ``file``."""
    name: str
    """Of the package; for ``file`` a path, relative to the post."""
    version: str
    """Empty for ``file``."""
    sha256: str
    """In hexadecimal; empty where the author has not written it yet."""
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A Debian package that a post wants besides those of its environment."""

    name: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The cable of a host; each value holds for every passage of it, one way."""

    up: int = 0
    """Bits a second that the host can send; 0 for as fast as it goes."""
    down: int = 0
    """Bits a second that it can receive; 0 likewise."""
    delay: int = 0
    """Microseconds."""
    jitter: int = 0
    """Microseconds by which the delay is more or less, evenly spread."""
    loss: float = 0.0
    """How many of 100 packets are lost."""
    queue: int = 0
    """Bytes that may wait at either end; 0 for what the runner takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """An emulated machine, in a network with all the others."""

    name: str
    link: Link
    declared: str
    """Its line of the front matter, in one form: ``peer[1-50] up=128kbit delay=30ms``."""
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the front matter of a post says of where its sessions run."""

    environment: Environment
    mounts: tuple[Mount, ...] = ()
    packages: tuple[Wanted, ...] = ()
    """In order of name, each once."""
    inputs: tuple[Input, ...] = ()
    hosts: tuple[Host, ...] = ()


# --- What a terminal showed -------------------------------------------------------------


_DIM_COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
COLORS = (*_DIM_COLORS, *(f"bright-{color}" for color in _DIM_COLORS))
"""The names of a terminal's sixteen colours, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a run of characters looks. A colour is one of COLORS, or ``#rrggbb``."""

    color: str | None = None
    background: str | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    inverse: bool = False
    strike: bool = False
    link: str | None = None


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one style, none of them a control character."""

    text: str
    style: Style = PLAIN


Line = tuple[Span, ...]
"""A line of the screen; no two neighbouring spans have the same style, and none is empty."""


def line_text(line: Line) -> str:
    """The characters of a line, without their styles."""
    return "".join(span.text for span in line)


# --- What was seen ----------------------------------------------------------------------


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


# --- What is no longer true -------------------------------------------------------------


class Kind(Enum):
    """In which way a recording or a claim is no longer true."""

    MISSING = "missing"
    STALE = "stale"
    CHANGED = "changed"
    EXIT = "exit"
    FAILED = "failed"
    OVERLOADED = "overloaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference between what a post or its recording says and what was seen."""

    kind: Kind
    location: Location
    message: str
    diff: tuple[str, ...] = ()
    """Lines that begin with ``-`` (said), ``+`` (seen) or a space (both)."""

    def __str__(self) -> str:
        return "\n".join((f"{self.location}: {self.message}", *self.diff))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run found wrong; nothing, if all is well."""

    problems: tuple[str, ...] = ()
    """Errors of posts, recordings and settings, each with its place and remedy."""
    drifts: tuple[Drift, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.problems or self.drifts)

    def __add__(self, other: Report) -> Report:
        return Report(problems=self.problems + other.problems, drifts=self.drifts + other.drifts)
