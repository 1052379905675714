"""The described world that sessions run in."""

from __future__ import annotations

from dataclasses import dataclass, field

from .location import Location


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
