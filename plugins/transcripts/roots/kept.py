"""Lists and prunes what a shelf keeps."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .lock import Pin, read_lock
from .programs import Tell
from .recipe import Recipe
from .shelf import Shelf, is_used, locks_of, remove


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A root file system of the shelf, and what it was made from."""

    pin: Pin
    size: int
    """Bytes on the disk."""
    used: datetime
    """When it was last provided."""
    place: Path
    """Its directory on the shelf."""
    locks: tuple[Path, ...]
    """For which it was provided; of all projects of the author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What is gone from the shelf."""

    roots: tuple[Kept, ...]
    packages: int
    size: int
    """Bytes that are free again."""


def list_roots(shelf: Path) -> tuple[Kept, ...]:
    """The root file systems of a shelf, the last used first."""
    places = (shelf / "roots").glob("*/recipe")
    return tuple(sorted(map(_kept, places), key=lambda kept: kept.used, reverse=True))


def recipes_of(lock: Path, recipes: Iterable[Recipe]) -> dict[str, tuple[Recipe, ...]]:
    """Which of these recipes a lock pins to each digest; several may make the same."""
    wanted = set(recipes)
    found: dict[str, tuple[Recipe, ...]] = {}
    for pin in read_lock(lock):
        if pin.recipe in wanted:
            found[pin.digest] = (*found.get(pin.digest, ()), pin.recipe)
    return found


def pinned_elsewhere(root: Kept, lock: Path) -> bool:
    """Whether a lock of another project than this one's pins a root file system."""
    others = (pin for other in root.locks if other != lock.absolute() for pin in read_lock(other))
    return any(pin.digest == root.pin.digest for pin in others)


def _kept(recipe: Path) -> Kept:
    (pin,) = read_lock(recipe)
    used = datetime.fromtimestamp(recipe.stat().st_mtime, tz=UTC)
    return Kept(
        place=recipe.parent,
        pin=pin,
        size=_size(recipe.parent),
        used=used,
        locks=locks_of(recipe.parent),
    )


def _size(place: Path) -> int:
    """Bytes that a directory takes on the disk; a file with two names counts once."""
    blocks: dict[int, int] = {}
    for parent, _, names in os.walk(place):
        for name in names:
            found = os.lstat(f"{parent}/{name}")
            blocks[found.st_ino] = found.st_blocks
    return sum(blocks.values()) * 512


async def prune(shelf: Path, recipes: Iterable[Recipe], *, lock: Path, tell: Tell) -> Pruned:
    """Remove each root file system that no one wants, and the packages that none is made of.

    Of this lock's project these recipes are wanted; of each other one, what its lock still
    pins: a shelf serves all projects of an author.
    """
    place = Shelf(shelf.absolute())
    async with place.held(tell):
        wanted = set(recipes)
        pins = [pin for pin in read_lock(lock) if pin.recipe in wanted]
        kept = list_roots(shelf)
        digests = {pin.digest for pin in pins}
        gone = tuple(root for root in kept if not _wanted(root, digests, lock))
        for root in gone:
            await remove(place.roots / root.pin.digest)
        loose = _loose(place, [*pins, *(root.pin for root in kept if root not in gone)])
        size = sum(path.stat().st_size for path in loose) + sum(root.size for root in gone)
        for path in loose:
            path.unlink()
    return Pruned(roots=gone, packages=len(loose), size=size)


def _wanted(root: Kept, digests: set[str], lock: Path) -> bool:
    here = is_used(root.place) or root.pin.digest in digests
    return here or pinned_elsewhere(root, lock)


def _loose(place: Shelf, pins: Iterable[Pin]) -> list[Path]:
    """Packages, or parts of one, that no pin names."""
    named = {package.file for pin in pins for package in pin.packages}
    found = [*place.packages.iterdir(), *place.incoming.iterdir()]
    return sorted(path for path in found if path.name not in named)
