"""What posts get before they run: only what they need, and a problem with it is theirs alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from transcripts import supplies
from transcripts.config import read_config
from transcripts.errors import ConfigError
from transcripts.model import Environment, World
from transcripts.roots import Recipe, Root, UnknownPackageError

from .conftest import Site

ZONES = "usr/share/zoneinfo"

SETTINGS = """PATH = "content"
TRANSCRIPTS_ENVIRONMENTS = {
    "sandbox": {},
    "debian": {"root": "debian:bookworm"},
    "odd": {"root": "debian:bookworm", "packages": ["no-such-pkg"]},
}
"""
BLOCK = "```console run\n$ echo a\n```\n"


@pytest.fixture
def asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """The recipes that were asked for; this system stands for the root file system of each."""
    recipes: list[Recipe] = []

    async def provide(recipe: Recipe, *, tell: Callable[[str], None], **_: Path) -> Root:
        recipes.append(recipe)
        tell(f"building {recipe}")
        if "no-such-pkg" in recipe.packages:
            raise UnknownPackageError("there is no package 'no-such-pkg'; mend it", "no-such-pkg")
        return Root(digest="", tree=Path("/"))

    monkeypatch.setattr(supplies, "provide_root", provide)
    site.write("pelicanconf.py", SETTINGS)
    return recipes


def test_a_post_of_which_nothing_runs_needs_no_root_file_system(
    site: Site, asked: list[Recipe]
) -> None:
    site.write("content/large.md", f"Title: A\nEnvironment: debian\nPackages: make\n\n{BLOCK}")
    site.post("\n$ echo b", name="small")
    done = site.run("run")
    assert done.status == 0, done.said
    assert asked == [Recipe(suite="bookworm", packages=("make",))]
    assert "content/large.md: building debian:bookworm\n" in done.err
    site.edit("content/small.md", "echo b", "echo c")
    done = site.run("run")
    assert (done.status, done.sessions) == (0, ["content/small.md main"])
    assert len(asked) == 1


def test_a_package_that_is_not_there_is_a_problem_of_its_post(
    site: Site, asked: list[Recipe]
) -> None:
    site.write(
        "content/bad.md",
        f"Title: A\nEnvironment: debian\nPackages: make\n    no-such-pkg\n\n{BLOCK}",
    )
    site.write("content/good.md", f"Title: A\nEnvironment: debian\n\n{BLOCK}")
    done = site.run("run")
    assert done.status == 1
    assert done.out == "content/bad.md:4: there is no package 'no-such-pkg'; mend it\n"
    assert site.files() == ["bad.md", "good.md", "good.recording"]
    assert len(asked) == 2


@pytest.mark.usefixtures("asked")
def test_a_package_that_no_post_names_is_a_problem_of_the_settings(site: Site) -> None:
    site.write("content/post.md", f"Title: A\nEnvironment: odd\n\n{BLOCK}")
    done = site.run("run")
    assert done.status == 2
    assert done.err.endswith("there is no package 'no-such-pkg'; mend it\n")


# --- Time zones -------------------------------------------------------------------------


def _supplied(environment: Environment) -> Path:
    with contextlib.ExitStack() as held:
        supplier = supplies.Supplier(read_config({}), print, held)
        return asyncio.run(supplier.supply(World(environment=environment), Path("post.md"))).root


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A root file system that knows two zones, and has other files beside them and elsewhere."""
    (tmp_path / ZONES / "Europe").mkdir(parents=True)
    (tmp_path / ZONES / "Europe" / "Paris").write_bytes(b"TZif2")
    (tmp_path / ZONES / "Paris").symlink_to("Europe/Paris")
    (tmp_path / ZONES / "zone.tab").write_text("FR Europe/Paris\n")
    (tmp_path / ZONES / "outside").symlink_to("/usr/share/zoneinfo/Europe/Paris")
    (tmp_path / "TZ").write_bytes(b"TZif2")

    async def provide(*_: object, **__: object) -> Root:
        return Root(digest="", tree=tmp_path)

    monkeypatch.setattr(supplies, "provide_root", provide)
    return tmp_path


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Paris"])
def test_a_time_zone_that_the_root_has_is_taken(tree: Path, zone: str) -> None:
    assert _supplied(Environment(name="a", root="debian:bookworm", timezone=zone)) == tree


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    "zone",
    [
        *("Europ/Paris", "Europe", "zone.tab", "../../../TZ", "outside", "CET-1CEST", ""),
        *("/usr/share/zoneinfo/Europe/Paris", "a" * 300, "a\0b"),
    ],
)
def test_a_time_zone_that_the_root_lacks_is_told(zone: str) -> None:
    with pytest.raises(ConfigError) as told:
        _supplied(Environment(name="a", root="debian:bookworm", timezone=zone))
    assert str(told.value) == (
        f"TRANSCRIPTS_ENVIRONMENTS['a']['timezone'] = {zone!r}: root 'debian:bookworm' has no"
        " such time zone; correct it, or add 'tzdata' to packages"
    )


@pytest.mark.parametrize("runner", ["namespace", "machine", "network"])
def test_a_time_zone_that_is_misspelt_is_told_before_anything_runs(site: Site, runner: str) -> None:
    environment = {"runner": runner, "timezone": "Europ/Paris"}
    site.write("pelicanconf.py", f"TRANSCRIPTS_ENVIRONMENTS = {{'a': {environment!r}}}\n")
    site.post("\n$ date", " session=b\n$ date")
    done = site.run("run")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "TRANSCRIPTS_ENVIRONMENTS['a']['timezone'] = 'Europ/Paris': root '/' has no such time"
        " zone; correct it, or install tzdata\n"
    )
    assert site.files() == ["post.md"]
