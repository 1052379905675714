"""Root file systems for real, from Debian's packages: one is built here twice."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from transcripts.errors import TranscriptError
from transcripts.model import Environment, World
from transcripts.roots import (
    Recipe,
    Root,
    UnknownPackageError,
    default_shelf,
    native_architecture,
    provide,
)
from transcripts.roots.lock import Pin, pinned, print_lock, read_lock
from transcripts.runners import open_sandbox
from transcripts.runners.packages import Packages
from transcripts.runners.process import unprivileged
from transcripts.runners.sandbox import Supplies

RECIPE = Recipe(suite="bookworm", packages=("make", "mount"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    root: Root
    lock: Path
    told: list[str] = field(default_factory=list)

    @property
    def pin(self) -> Pin:
        pin = pinned(self.lock, RECIPE, native_architecture())
        assert pin is not None
        return pin


def build(lock: Path, shelf: Path, told: list[str], recipe: Recipe = RECIPE) -> Root:
    return asyncio.run(provide(recipe, lock=lock, shelf=shelf, tell=told.append))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Resolved afresh, on the shelf that is used in earnest: what it fetched is kept there."""
    lock = tmp_path_factory.mktemp("made") / "requirements-roots.txt"
    told: list[str] = []
    return Made(root=build(lock, default_shelf(), told), lock=lock, told=told)


@pytest.fixture
def shelf(made: Made) -> Iterator[Path]:
    """An empty shelf, on the same file system, with the same packages."""
    path = default_shelf().with_name(f"{default_shelf().name}-test-{os.getpid()}")
    path.mkdir()
    (path / "packages").symlink_to(default_shelf() / "packages")
    yield path
    shutil.rmtree(path)


def altered(made: Made, path: Path, pin: Pin) -> Path:
    """A lock that says something else of the recipe."""
    lock = path / "requirements-roots.txt"
    lock.write_text(print_lock([pin]))
    return lock


def test_a_new_recipe_is_built_and_pinned(made):
    assert made.pin.digest == made.root.digest
    names = [package.name for package in made.pin.packages]
    assert {"make", "bash", "libc6"} <= set(names)
    assert "apt" not in names
    assert "asking what debian:bookworm has" in made.told


def test_a_second_time_it_is_only_taken(made):
    told: list[str] = []
    assert build(made.lock, default_shelf(), told) == made.root
    assert told == []


def test_another_recipe_of_the_same_packages_is_pinned_and_not_built(made, tmp_path):
    lock = tmp_path / "requirements-roots.txt"
    lock.write_text(made.lock.read_text())
    told: list[str] = []
    other = RECIPE.with_packages("coreutils")  # which is essential
    assert build(lock, default_shelf(), told, other) == made.root
    assert not any("building" in text for text in told)
    both = read_lock(lock)
    assert {pin.recipe for pin in both} == {RECIPE, other}
    assert len({(pin.digest, pin.packages) for pin in both}) == 1


def test_the_tree_is_the_unprivileged_user_s_and_runs(made):
    uid = unprivileged().uid
    assert all(
        os.lstat(os.path.join(parent, name)).st_uid == uid  # noqa: PTH118 — thousands of them
        for parent, places, files in os.walk(made.root.tree)
        for name in (*places, *files)
    )
    assert (made.root.tree / "etc" / "hostname").read_text() == "sandbox\n"
    assert not list((made.root.tree / "dev").glob("null"))
    assert (made.root.tree / "bin").readlink() == Path("usr/bin")
    sources = ("etc/apt/sources.list", "etc/resolv.conf", "var/lib/apt/lists")
    assert not any((made.root.tree / name).exists() for name in sources)


@pytest.mark.parametrize("runner", ["namespace", "machine"])
def test_a_session_sees_the_packages_and_nothing_of_the_author_s_system(made, runner):
    world = World(environment=Environment(name="tested", runner=runner))

    async def session() -> tuple[bytes, tuple[str, ...]]:
        async with open_sandbox(world, Supplies(root=made.root.tree)) as sandbox:
            command = "make --version | head -1; type git python3; dpkg-query --show make bash"
            ran = await sandbox.run(command, timeout=60)
            return ran.output, await Packages(made.root.tree).of(sandbox.programs)

    output, packages = asyncio.run(session())
    pinned = {package.name: str(package) for package in made.pin.packages}
    assert b"GNU Make 4.3" in output
    assert b"git: not found" in output
    assert b"python3: not found" in output
    for name in ("make", "bash"):
        assert pinned[name].replace(" ", "\t").encode() in output
        assert pinned[name] in packages


def test_a_cut_build_leaves_nothing(made, shelf):
    async def cut() -> None:
        begun = asyncio.Event()

        def tell(text: str) -> None:
            if text.startswith("unpacking"):
                begun.set()

        building = asyncio.create_task(provide(RECIPE, lock=made.lock, shelf=shelf, tell=tell))
        await begun.wait()
        building.cancel()
        with pytest.raises(asyncio.CancelledError):
            await building

    asyncio.run(cut())
    assert not (shelf / "building").exists()
    assert not list((shelf / "roots").iterdir())


def test_the_same_packages_make_the_same_tar_and_another_is_refused(made, shelf, tmp_path):
    # One build for both: the complaint about the wrong hash names the right one.
    lock = altered(made, tmp_path, replace(made.pin, digest="0" * 64))
    before = lock.read_text()
    told: list[str] = []
    with pytest.raises(TranscriptError) as raised:
        build(lock, shelf, told)
    assert f"make another root file system here, {made.root.digest};" in str(raised.value)
    assert str(raised.value).startswith(f"{lock}:5: ")
    assert lock.read_text() == before
    assert not list((shelf / "roots").iterdir())
    assert not any("asking" in text or "downloading" in text for text in told), "needs no network"


def test_a_package_that_is_gone_is_named_with_its_line(made, shelf, tmp_path):
    packages = [
        replace(package, version="1.0-1") if package.name == "make" else package
        for package in made.pin.packages
    ]
    lock = altered(made, tmp_path, replace(made.pin, packages=tuple(packages)))
    number = next(
        at for at, line in enumerate(lock.read_text().splitlines(), 1) if "make 1.0-1" in line
    )
    with pytest.raises(TranscriptError) as raised:
        build(lock, shelf, [])
    assert str(raised.value).startswith(f"{lock}:{number}: make 1.0-1 is gone from the archive; ")


def test_a_package_that_is_another_is_named_with_its_line(made, shelf, tmp_path):
    packages = [
        replace(package, digest="0" * 64) if package.name == "make" else package
        for package in made.pin.packages
    ]
    lock = altered(made, tmp_path, replace(made.pin, packages=tuple(packages)))
    with pytest.raises(TranscriptError, match=re.escape(f"{lock}:") + r"\d+: make .* has SHA-256 "):
        build(lock, shelf, [])


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("autocomf", "did you mean 'autoconf'?"),
        ("no-such-pkg", "look for it with 'apt-cache search no-such-pkg'"),
    ],
)
def test_a_name_that_the_archive_lacks_gets_a_suggestion(made, shelf, tmp_path, name, remedy):
    recipe = Recipe(suite="bookworm", packages=(name,))
    with pytest.raises(UnknownPackageError) as raised:
        build(tmp_path / "lock", shelf, [], recipe)
    assert str(raised.value) == f"debian:bookworm has no package {name!r}; {remedy}"
    assert raised.value.package == name
    assert not (tmp_path / "lock").exists()
