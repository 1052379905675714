"""What ``invoke roots`` lists: each root file system, and by whom it is needed."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from transcripts import housekeeping
from transcripts.config import Config
from transcripts.model import Environment
from transcripts.roots.lock import Pin, print_lock
from transcripts.roots.recipe import Recipe

MADE = Pin(
    recipe=Recipe(suite="bookworm", packages=("make", "python3")),
    architecture="amd64",
    digest="a" * 64,
    packages=(),
)
LIKEWISE = replace(MADE, recipe=Recipe(suite="bookworm", packages=("make",)))
NOTHING = "nothing; --prune removes it"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with one root file system."""
    place = tmp_path / "shelf" / "roots" / MADE.digest
    place.mkdir(parents=True)
    (place / "recipe").write_text(print_lock([MADE]))
    monkeypatch.setattr(housekeeping, "default_shelf", lambda: tmp_path / "shelf")
    return tmp_path / "shelf"


def _needing(**packages: str) -> dict[str, Environment]:
    return {
        name: Environment(name=name, root="debian:bookworm", packages=tuple(words.split()))
        for name, words in packages.items()
    }


def _listed(lock: Path, environments: dict[str, Environment]) -> list[list[str]]:
    """The words of each line below the head, without the day."""
    console = Console(file=io.StringIO(), width=200)
    config = Config(content="content", environments=environments, roots=str(lock))
    housekeeping.tend(config, [], console, renewing=False, pruning=False)
    assert isinstance(console.file, io.StringIO)
    lines = [line.split("  ") for line in console.file.getvalue().splitlines()[1:]]
    split = [[word.strip() for word in line if word.strip()] for line in lines]
    return [[word for word in words if not word.startswith("20")] for words in split]


@pytest.mark.usefixtures("shelf")
def test_a_root_that_two_recipes_make_is_listed_for_both(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(print_lock([MADE, LIKEWISE]))
    both = _needing(first="make python3", second="make")
    assert _listed(lock, both) == [
        ["debian:bookworm", "make", "0 MB", "second"],
        ["debian:bookworm", "make python3", "the same", "first"],
    ]
    second = _needing(second="make", third="make", fourth="gcc")
    assert _listed(lock, second) == [
        ["debian:bookworm", "make", "0 MB", "second, third"],
        ["debian:bookworm", "gcc", "not built yet", "fourth"],
    ]


@pytest.mark.usefixtures("shelf")
def test_a_root_that_the_lock_pins_no_more_is_needed_by_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(print_lock([replace(MADE, digest="b" * 64)]))
    assert _listed(lock, _needing(first="make python3")) == [
        ["debian:bookworm", "make python3", "0 MB", NOTHING],
        ["debian:bookworm", "make python3", "not built yet", "first"],
    ]


def test_a_root_of_another_project_is_listed_as_that(tmp_path: Path, shelf: Path) -> None:
    (shelf / "roots" / MADE.digest / "locks").write_text(f"{tmp_path / 'other'}\n")
    lock = tmp_path / "lock"
    assert _listed(lock, _needing(host=""))[0][-1] == NOTHING
    (tmp_path / "other").write_text(print_lock([LIKEWISE]))
    assert _listed(lock, _needing(host=""))[0][-1] == "another project"
    (tmp_path / "other").write_text(print_lock([replace(LIKEWISE, digest="b" * 64)]))
    assert _listed(lock, _needing(host=""))[0][-1] == NOTHING
