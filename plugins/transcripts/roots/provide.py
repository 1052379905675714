"""Gives the root file system of a recipe: the one that is kept, or one that is built now."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..errors import TranscriptError
from ..model import Location
from .archive import Archive
from .build import build
from .lock import Package, Pin, pinned, read_lock, write_pin
from .namespace import unshared
from .programs import Program, Tell, need, succeed
from .recipe import Recipe, native_architecture
from .shelf import Root, Shelf

_PROGRAMS = (
    ("mmdebstrap", "mmdebstrap"),
    ("newuidmap", "uidmap"),
    ("apt-get", "apt"),
    ("unshare", "util-linux"),
    ("mount", "mount"),
)


async def provide(recipe: Recipe, *, lock: Path, shelf: Path, tell: Tell) -> Root:
    """The root file system of a recipe, made of just the packages that the lock names.

    A recipe that is new to the lock is resolved, and added to it once it is built. Raises
    TranscriptError where a package is unknown, or gone, or what is built differs from the lock;
    SandboxError where nothing can be built here, with the cure.
    """
    place = Shelf(shelf.absolute())
    pin = pinned(lock, recipe, native_architecture())
    if pin and (root := place.take(pin.digest, lock)):
        return root
    await _prepare()
    async with place.held(tell):
        return await _Making(recipe, lock, place, tell).provided()


async def _prepare() -> None:
    """Raise SandboxError, with the cure, where nothing can be built: before the downloads."""
    need(*_PROGRAMS)
    await succeed(Program(argv=unshared("true")))


async def renew(recipe: Recipe, *, lock: Path, shelf: Path, tell: Tell) -> Root:
    """The root file system of what a recipe stands for today; the lock is made to say so."""
    await _prepare()
    place = Shelf(shelf.absolute())
    async with place.held(tell):
        return await _Making(recipe, lock, place, tell).renewed()


class _Making:
    """One root file system in the making, by the one who holds the shelf."""

    def __init__(self, recipe: Recipe, lock: Path, shelf: Shelf, tell: Tell) -> None:
        self._recipe = recipe
        self._lock = lock
        self._shelf = shelf
        self._tell = tell
        self._archive = Archive(recipe.suite, shelf, tell)
        self._pin = pinned(lock, recipe, native_architecture())

    async def provided(self) -> Root:
        """The one that is pinned, or that there is today where none is."""
        if self._pin is None:
            return await self.renewed()
        # Another one may have built it while we waited for the shelf.
        if root := self._shelf.take(self._pin.digest, self._lock):
            return root
        expected = functools.partial(_check, self._pin, self._lock)
        return self._keep(await self._build(self._pin.packages, expected))

    async def renewed(self) -> Root:
        """The one that there is today; of whatever recipe, the same packages make the same."""
        packages = await self._archive.resolve(self._recipe)
        wanted = (self._recipe.suite, native_architecture(), packages)
        for pin in read_lock(self._lock):
            same = (pin.recipe.suite, pin.architecture, pin.packages) == wanted
            if same and (root := self._shelf.take(pin.digest, self._lock)):
                write_pin(self._lock, replace(pin, recipe=self._recipe))
                return root
        return self._keep(await self._build(packages, lambda _digest: None))

    def _keep(self, made: Pin) -> Root:
        self._shelf.add(made)
        write_pin(self._lock, made)
        root = self._shelf.take(made.digest, self._lock)
        assert root is not None, "it was added just now"  # noqa: S101
        return root

    async def _build(self, packages: tuple[Package, ...], accept: Callable[[str], None]) -> Pin:
        await self._archive.fetch(packages, self._lock)
        digest = await build(self._recipe, packages, self._shelf, self._tell, accept)
        return Pin(
            recipe=self._recipe,
            architecture=native_architecture(),
            digest=digest,
            packages=packages,
        )


def _check(pin: Pin, lock: Path, digest: str) -> None:
    if digest != pin.digest:
        raise TranscriptError(
            f"the packages of {pin.recipe} make another root file system here, {digest};"
            " if your mmdebstrap is the newer one, run 'invoke roots --renew'",
            Location(path=str(lock), line=pin.line + 1),
        )
