"""What posts get before they run: only what they need, and a problem with it is theirs alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from transcripts import supplies
from transcripts.roots import Recipe, Root, UnknownPackageError

from .conftest import Site

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
