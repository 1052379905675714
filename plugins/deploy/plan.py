"""Decides what a publish does, and in which order, from the builds here and there. Pure.

What links to others goes last: assets, then new pages, then changed pages, then feeds, then front
pages, so that whoever follows a link meanwhile finds something. Deletes come after everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .manifest import File, Manifest, folders_of

Ranks = tuple[tuple[str, ...], ...]
"""Patterns of paths, rank after rank; a path is of the last rank that it matches, else of the
first, which has no patterns."""

PAGES = ("*.html", "*.htm")
FEEDS = ("*.atom", "*.rss", "*.xml", "feeds/*.json", "*.opml", "robots.txt", "pagefind/pagefind*")
FRONT = (
    *("index*.html", "archives*", "categories*", "tags*", "authors*", "page/*"),
    *("category/*.html", "tag/*.html", "author/*.html", "search/*.html", "feeds/*.html"),
)
RANKS: Ranks = ((), PAGES, FEEDS, FRONT)
"""Pages before the feeds, the site map and the index of the search, which lead to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A file of the site, and the name that its content has where it is staged or kept."""

    path: str
    slot: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, in this order."""

    folders: tuple[str, ...]
    """Folders that must be there, outermost first."""

    keeps: tuple[Step, ...]
    """Changed files whose content there is kept for a rollback."""

    ways: tuple[Step, ...]
    """Deletes that cannot wait, since a file becomes a folder or a folder a file."""

    ranks: tuple[tuple[Step, ...], ...]
    """Staged files that take their places, rank after rank."""

    deletes: tuple[Step, ...]
    """Files that leave the site, and are kept for a rollback."""

    emptied: tuple[str, ...]
    """Folders that nothing of the site is in any more, innermost first."""

    added: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def swaps(self) -> tuple[Step, ...]:
        """All files that are staged and take their places."""
        return tuple(step for rank in self.ranks for step in rank)

    @property
    def kept(self) -> tuple[Step, ...]:
        """Everything that a rollback needs."""
        return (*self.keeps, *self.ways, *self.deletes)

    @property
    def deleted(self) -> tuple[str, ...]:
        """The paths that leave the site."""
        return tuple(sorted(step.path for step in (*self.ways, *self.deletes)))

    def __bool__(self) -> bool:
        return bool(self.swaps or self.ways or self.deletes)


def plan(here: Manifest, there: Manifest, ranks: Ranks = RANKS) -> Plan:
    """What makes of the files THERE the build HERE."""
    swaps = _steps(
        here, (path for path, file in here.files.items() if not _same(there, path, file))
    )
    outgoing = _steps(
        there, (path for path, file in there.files.items() if not _same(here, path, file))
    )
    folders, gone = _folders(here), [step for step in outgoing if step.path not in here.files]
    in_the_way = {step.path for step in gone if _collides(step.path, folders, here)}
    return Plan(
        folders=tuple(sorted({folder for step in swaps for folder in folders_of(step.path)})),
        keeps=tuple(step for step in outgoing if step.path in here.files),
        ways=tuple(step for step in gone if step.path in in_the_way),
        ranks=_ranked(swaps, there, ranks),
        deletes=tuple(step for step in gone if step.path not in in_the_way),
        emptied=tuple(sorted(_folders(there) - folders, reverse=True)),
        added=tuple(step.path for step in swaps if step.path not in there.files),
        changed=tuple(step.path for step in swaps if step.path in there.files),
    )


def _same(manifest: Manifest, path: str, file: File) -> bool:
    return file.holds_same(manifest.files.get(path))


def _steps(manifest: Manifest, paths: Iterable[str]) -> list[Step]:
    """A step for each path; equal contents have slots of their own, so that each can be moved."""
    seen: dict[str, int] = {}
    steps = []
    for path in paths:
        file = manifest.files[path]
        number = seen[file.sha256] = seen.get(file.sha256, -1) + 1
        steps.append(Step(path=path, slot=f"{file.sha256}.{number}", size=file.size))
    return steps


def _folders(manifest: Manifest) -> set[str]:
    return {folder for path in manifest.files for folder in folders_of(path)}


def _collides(path: str, folders: set[str], here: Manifest) -> bool:
    return path in folders or any(folder in here.files for folder in folders_of(path))


def _ranked(swaps: Sequence[Step], there: Manifest, ranks: Ranks) -> tuple[tuple[Step, ...], ...]:
    """Within a rank new files come before changed ones, which may link to them."""
    sorted_in: list[list[Step]] = [[] for _ in range(2 * len(ranks))]
    for step in swaps:
        changed = step.path in there.files
        sorted_in[2 * rank_of(step.path, ranks) + changed].append(step)
    return tuple(tuple(steps) for steps in sorted_in if steps)


def rank_of(path: str, ranks: Ranks) -> int:
    """The number of the rank that a path is swapped in."""
    for number in range(len(ranks) - 1, 0, -1):
        if any(fnmatchcase(path, pattern) for pattern in ranks[number]):
            return number
    return 0
