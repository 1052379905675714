"""What a deploy does to the files that readers have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Paths, in order."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]

    resumed: bool = False
    """Whether a publish that was cut is to be completed first."""

    relisted: bool = False
    """Whether no file is to change, and the list of them is to be written anew."""

    def __bool__(self) -> bool:
        files = self.added or self.changed or self.deleted
        return bool(files or self.resumed or self.relisted)

    def __str__(self) -> str:
        kinds = {"added": self.added, "changed": self.changed, "deleted": self.deleted}
        told = [f"{len(paths)} {kind}" for kind, paths in kinds.items() if paths]
        told += ["the rest of a publish that was cut"] * self.resumed
        return ", ".join([*told, *["the list of its files written anew"] * self.relisted])

    @property
    def sent(self) -> tuple[str, ...]:
        """The paths of files that readers find anew, or find changed."""
        return tuple(sorted((*self.added, *self.changed)))
