"""Lists, renews and prunes the root file systems that the posts need: ``invoke roots``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .config import Config
from .model import Post, World
from .progress import show_progress
from .roots import (
    Kept,
    Recipe,
    default_shelf,
    describe_pruned,
    describe_renewed,
    list_roots,
    pinned_elsewhere,
    prune,
    recipes_of,
    renew,
)
from .supplies import kernel_recipe, root_recipe

_MEGABYTE = 1_000_000


def tend(
    config: Config, posts: Iterable[Post], console: Console, *, renewing: bool, pruning: bool
) -> None:
    """Do what was asked for, then show what is kept."""
    recipes = _wanted(config, posts)
    lock = Path(config.roots)
    if renewing:
        asyncio.run(_renew(sorted(recipes), lock, console))
    if pruning:
        asyncio.run(_prune(recipes, lock, console))
    _show(recipes, lock, console)


def _wanted(config: Config, posts: Iterable[Post]) -> dict[Recipe, list[str]]:
    """The recipes of all environments and posts, each with who needs it."""
    worlds = [(World(environment=one), one.name) for one in config.environments.values()]
    worlds += [(post.world, post.path) for post in posts if post.sessions]
    needed: dict[Recipe, list[str]] = {}
    for world, who in worlds:
        for recipe in (root_recipe(world), kernel_recipe(world)):
            if recipe:
                needed.setdefault(recipe, []).append(who)
    return needed


def _show(recipes: dict[Recipe, list[str]], lock: Path, console: Console) -> None:
    """Print what is kept, and for whom."""
    table = Table("root", "packages named", "size", "last used", "needed by", box=None)
    pinned = recipes_of(lock, recipes)
    missing = set(recipes)
    for kept in list_roots(default_shelf()):
        makers = pinned.get(kept.pin.digest, ())
        needed = [(recipe, ", ".join(recipes[recipe])) for recipe in makers]
        for row in _rows(kept, needed or [(kept.pin.recipe, _others(kept, lock))]):
            table.add_row(*row)
        missing.difference_update(makers)
    for recipe in sorted(missing):
        named = " ".join(recipe.packages)
        table.add_row(str(recipe), named, "", "not built yet", ", ".join(recipes[recipe]))
    console.print(table if table.row_count else "no root file system is kept or needed")


def _others(kept: Kept, lock: Path) -> str:
    return "another project" if pinned_elsewhere(kept, lock) else "nothing; --prune removes it"


def _rows(kept: Kept, needed: Iterable[tuple[Recipe, str]]) -> Iterator[tuple[str, ...]]:
    """A line for each recipe that makes a root file system, of which only the first counts it."""
    size = f"{kept.size / _MEGABYTE:.0f} MB"
    for recipe, who in needed:
        yield str(recipe), " ".join(recipe.packages), size, f"{kept.used:%Y-%m-%d}", who
        size = "the same"


async def _renew(recipes: Iterable[Recipe], lock: Path, console: Console) -> None:
    """Pin what the archive has today, build it, and show what is new."""
    before = lock.read_text(encoding="utf-8") if lock.exists() else ""
    async with show_progress(console, 0) as progress:
        for recipe in recipes:
            await renew(recipe, lock=lock, shelf=default_shelf(), tell=progress.tell)
    _print(console, describe_renewed(before, lock.read_text(encoding="utf-8")))


async def _prune(recipes: Iterable[Recipe], lock: Path, console: Console) -> None:
    """Remove what nothing here needs, and say what that was."""
    pruned = await prune(default_shelf(), recipes, lock=lock, tell=console.print)
    _print(console, describe_pruned(pruned))


def _print(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
