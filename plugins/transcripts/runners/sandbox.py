"""What every runner offers to a session, whatever its kind of sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One command as the terminal saw it."""

    output: bytes
    status: int
    """0 to 255; 128 + n where signal n ended it."""
    notes: tuple[str, ...] = ()
    """What befell it, such as ``timed out after 30 s``."""
    failed: bool = False
    """Whether a note says that it did not come to an end of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What was made or fetched for a sandbox before it starts."""

    root: Path = Path("/")
    """The root file system, unpacked."""
    kernel: Path = Path("/")
    """The system that has the kernel of a machine."""
    kvm: bool = False
    """Whether the processor itself can run machines, and may."""
    inputs: Mapping[str, Path] = field(default_factory=dict)
    """The files that sessions find under ``/inputs``, by their names there."""


Hosts = tuple[str, ...]
"""On which hosts of a network something is done: on one, on several at once, or on none."""


class Refused(Exception):  # noqa: N818 — a refusal, for the caller to turn into a placed error
    """The session has no such file, or it may not leave the sandbox."""


class Sandbox(Protocol):
    """A sandbox that is running, which runs one command at a time.

    Where a method is told ``root``, that is the user who acts, in a shell of its own; only
    machines and hosts have one. Where it is told ``hosts``, it acts on them, which only networks
    have.
    """

    @property
    def kernel(self) -> str:
        """Such as ``Linux 6.1.0-41-amd64``."""
        ...

    @property
    def filesystem(self) -> str:
        """The kind of file system that the session begins in."""
        ...

    @property
    def programs(self) -> frozenset[str]:
        """Absolute paths, in the sandbox, of the programs that the session has executed."""
        ...

    async def run(self, text: str, *, timeout: float, root: bool = False, hosts: Hosts = ()) -> Ran:
        """Type one command, and wait for its end, at most ``timeout`` seconds."""
        ...

    async def write(self, path: str, text: str, *, root: bool = False, hosts: Hosts = ()) -> None:
        """Write a file as the user; relative paths begin where its shell is.

        Raises Refused with the sandbox's own words.
        """
        ...

    async def read(self, path: str, *, limit: int, root: bool = False, hosts: Hosts = ()) -> bytes:
        """A regular file that the session made, at most ``limit`` bytes long.

        Raises Refused for anything else.
        """
        ...

    async def measured(self) -> str:
        """Of a network, at its end, in words whether it was what was declared; else nothing."""
        ...
