"""What publishing asks of a server, whatever it speaks. Paths are relative to the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["file", "folder", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is at a path. Links are not followed: they are of the kind `other`."""

    kind: Kind
    size: int

    mtime: int | None = None
    """Seconds since 1970; None when the server does not say it to the second."""


class Transport(Protocol):
    """A connection to a target. All methods may be called at once, and raise `DeployError`."""

    @property
    def parallel(self) -> int:
        """How many calls at once make it fastest."""

    @property
    def renews(self) -> bool:
        """Whether it connects again by itself at the call after one that was lost."""

    async def look(self, paths: Sequence[str]) -> dict[str, Entry]:
        """What is at these paths, without those where nothing is. The target itself is ``""``."""

    async def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, in their order; none when there is no such folder."""

    async def read(self, path: str) -> bytes:
        """The content of a file."""

    async def write(self, path: str, data: bytes) -> None:
        """Make a file of these bytes. A file of that size is complete, however this ends."""

    async def rename(self, old: str, new: str) -> None:
        """Put a file in the place of another, or where none is, in one step if the server can."""

    async def claim(self, old: str, new: str) -> bool:
        """Rename a folder; False when the new name is taken."""

    async def link(self, old: str, new: str) -> bool:
        """Give a file a second name, which may be there already; False if the server cannot."""

    async def remove(self, path: str) -> None:
        """Delete a file; it may be gone already."""

    async def make_folder(self, path: str) -> None:
        """Make a folder; it may be there already."""

    async def remove_folder(self, path: str) -> bool:
        """Delete a folder; False when it is not empty. It may be gone already."""

    async def close(self) -> None:
        """End the connection."""
