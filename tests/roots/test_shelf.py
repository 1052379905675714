"""A shelf lists and prunes what is whole, and forgets what is not."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transcripts.errors import SandboxError
from transcripts.roots import (
    Root,
    default_shelf,
    describe_pruned,
    in_use,
    list_roots,
    pinned_elsewhere,
    prune,
    recipes_of,
)
from transcripts.roots.listing import describe_renewed
from transcripts.roots.lock import Package, Pin, print_lock, write_pin
from transcripts.roots.recipe import Recipe
from transcripts.roots.shelf import Shelf

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def pin(suite: str, digest: str) -> Pin:
    package = Package(name="make", version=f"1-{suite}", architecture="amd64", digest=EMPTY)
    return Pin(
        recipe=Recipe(suite=suite, packages=("make",)),
        architecture="amd64",
        digest=digest * 64,
        packages=(package,),
    )


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Two root file systems, one of them used yesterday, and the left parts of a third."""
    path = tmp_path / "shelf"
    for day, made in enumerate((pin("bookworm", "a"), pin("trixie", "b")), 1):
        place = path / "roots" / made.digest
        (place / "tree").mkdir(parents=True)
        (place / "tree" / "file").write_bytes(b"x" * 10_000)
        (place / "recipe").write_text(print_lock([made]))
        used = datetime(2026, 11, day, tzinfo=UTC).timestamp()
        os.utime(place / "recipe", (used, used))
        (path / "packages").mkdir(exist_ok=True)
        (path / "packages" / made.packages[0].file).touch()
    (path / "building" / "tree").mkdir(parents=True)
    return path


def test_roots_are_listed_the_last_used_first(shelf):
    kept = list_roots(shelf)
    assert [root.pin.recipe.suite for root in kept] == ["trixie", "bookworm"]


def test_what_no_recipe_wants_is_pruned_with_its_packages(shelf, tmp_path):
    lock = tmp_path / "lock"
    write_pin(lock, pin("trixie", "b"))
    recipes = [Recipe(suite="trixie", packages=("make",))]
    pruned = asyncio.run(prune(shelf, recipes, lock=lock, tell=print))
    assert [root.pin.recipe.suite for root in pruned.roots] == ["bookworm"]
    assert pruned.packages == 1
    assert [root.pin.recipe.suite for root in list_roots(shelf)] == ["trixie"]
    assert [path.name for path in (shelf / "packages").iterdir()] == ["make_1-trixie_amd64.deb"]
    assert describe_pruned(pruned)[-1].startswith("pruned 1 root file system and 1 package, ")
    again = asyncio.run(prune(shelf, recipes, lock=lock, tell=print))
    assert describe_pruned(again) == ("nothing to prune: all that is kept is wanted",)


def test_what_is_in_use_stays(shelf, tmp_path):
    (used, _) = list_roots(shelf)
    with in_use(Root(digest=used.pin.digest, tree=used.place / "tree")):
        asyncio.run(prune(shelf, [], lock=tmp_path / "lock", tell=print))
    assert [root.pin for root in list_roots(shelf)] == [used.pin]


def test_what_another_project_pins_stays_with_its_packages(shelf, tmp_path):
    other = tmp_path / "other"
    write_pin(other, pin("bookworm", "a"))
    assert Shelf(shelf).take("a" * 64, other)
    pruned = asyncio.run(prune(shelf, [], lock=tmp_path / "lock", tell=print))
    assert [root.pin.recipe.suite for root in pruned.roots] == ["trixie"]
    assert [path.name for path in (shelf / "packages").iterdir()] == ["make_1-bookworm_amd64.deb"]
    other.unlink()
    pruned = asyncio.run(prune(shelf, [], lock=tmp_path / "lock", tell=print))
    assert [root.pin.recipe.suite for root in pruned.roots] == ["bookworm"]


def test_what_another_project_pinned_once_is_pruned(shelf, tmp_path):
    other = tmp_path / "other"
    write_pin(other, pin("bookworm", "a"))
    assert Shelf(shelf).take("a" * 64, other)
    (kept,) = (root for root in list_roots(shelf) if root.pin.recipe.suite == "bookworm")
    assert pinned_elsewhere(kept, tmp_path / "lock")
    assert not pinned_elsewhere(kept, other)
    write_pin(other, pin("bookworm", "c"))
    assert not pinned_elsewhere(kept, tmp_path / "lock")
    pruned = asyncio.run(prune(shelf, [], lock=tmp_path / "lock", tell=print))
    assert len(pruned.roots) == 2


def test_what_a_second_recipe_makes_too_stays_for_it_alone(shelf, tmp_path):
    lock = tmp_path / "lock"
    first = pin("trixie", "b")
    second = replace(first, recipe=first.recipe.with_packages("libc6"))
    for made in (first, second, pin("bookworm", "c")):
        write_pin(lock, made)
    recipes = {first.recipe, second.recipe, pin("bookworm", "c").recipe}
    assert recipes_of(lock, recipes)["b" * 64] == tuple(sorted((first.recipe, second.recipe)))
    assert recipes_of(lock, [second.recipe]) == {"b" * 64: (second.recipe,)}
    pruned = asyncio.run(prune(shelf, [second.recipe], lock=lock, tell=print))
    assert [root.pin.recipe.suite for root in pruned.roots] == ["bookworm"]
    assert [path.name for path in (shelf / "packages").iterdir()] == ["make_1-trixie_amd64.deb"]


def test_what_a_killed_build_left_is_swept_by_the_next(shelf):
    async def hold() -> None:
        async with Shelf(shelf).held(print):
            assert not (shelf / "building").exists()

    asyncio.run(hold())


def test_a_second_build_waits_for_the_first(shelf):
    told: list[str] = []

    async def hold(order: list[str], name: str) -> None:
        async with Shelf(shelf).held(told.append):
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)

    async def both() -> list[str]:
        order: list[str] = []
        await asyncio.gather(hold(order, "a"), hold(order, "b"))
        return order

    assert asyncio.run(both()) in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
    assert told == ["waiting for another build of a root file system"]


def test_a_shelf_that_cannot_be_made_is_a_complaint(tmp_path):
    (tmp_path / "file").touch()

    async def hold() -> None:
        async with Shelf(tmp_path / "file" / "shelf").held(print):
            pass

    with pytest.raises(SandboxError, match=r"/file/shelf.*: not a directory; mend that"):
        asyncio.run(hold())


def test_a_package_that_is_not_what_it_was_is_not_here(shelf):
    package = pin("trixie", "b").packages[0]
    assert Shelf(shelf).package(package)
    (shelf / "packages" / package.file).write_bytes(b"cut")
    assert Shelf(shelf).package(package) is None


def test_the_shelf_of_user_0_is_open_to_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert default_shelf() == Path("/var/cache/pelican-transcripts")
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert default_shelf() == tmp_path / "pelican-transcripts"


def test_a_renewed_lock_is_shown_as_a_diff():
    assert describe_renewed("a\nb\n", "a\nc\n") == ("-b", "+c")
    assert describe_renewed("a\n", "a\n") == ("nothing is newer: the lock is as it was",)
