"""Several targets: what one of them refuses is told before any of them is written to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy import me
from workshop.errors import MisuseError, WorkshopError
from workshop.project import Project
from workshop.publish import Wishes, publish, rollback

from .conftest import FOR_THE_WEB, SECOND, write

Git = Callable[..., str]
NAMES = ("a", "b", "c")


class Folders(NamedTuple):
    """The folders of three targets, that all are empty."""

    a: Path
    b: Path
    c: Path


@pytest.fixture
def folders(project: Project, tmp_path: Path) -> Folders:
    places = Folders(*(tmp_path / "www" / name for name in NAMES))
    for place in places:
        place.mkdir(parents=True)
    set_targets(project, {name: local(place) for name, place in zip(NAMES, places, strict=True)})
    return places


def local(folder: Path) -> dict[str, str]:
    return {"protocol": "local", "folder": str(folder)}


def set_targets(project: Project, targets: dict[str, dict[str, str]]) -> None:
    write(project.root, "publishconf.py", f"{FOR_THE_WEB}PUBLISH_TARGETS = {targets}\n")


def held(folder: Path) -> None:
    """Somebody else is at work there."""
    who = {"user": "ada", "host": "desk", "pid": me().pid, "since": "noon", "token": "x"}
    write(folder, ".deploy/lock/who", json.dumps(who))


def foreign(folder: Path) -> None:
    write(folder, "theirs.html", "not ours")


def sources(folder: Path) -> None:
    write(folder, "pelicanconf.py", "AUTHOR = 'Ada'")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (foreign, r"^b: the target holds theirs\.html, .*--force adopt"),
        (sources, r"^b: the target holds pelicanconf\.py: "),
        (held, r"^b: ada at desk \(since noon\) is publishing to this target; .*--force lock$"),
        (Path.rmdir, r"^b: /\S+/b is not there; make it, or mend 'folder'"),
    ],
    ids=["foreign", "sources", "held", "gone"],
)
def test_a_refusal_of_the_second_target_keeps_the_first_as_it_was(
    project: Project, folders: Folders, harm: Callable[[Path], None], said: str
):
    harm(folders.b)
    with pytest.raises(WorkshopError, match=said):
        publish(project, NAMES)
    assert not list(folders.a.iterdir())
    assert not list(folders.c.iterdir())


def test_every_refusal_has_its_line(
    project: Project, folders: Folders, capsys: pytest.CaptureFixture[str]
):
    foreign(folders.b)
    sources(folders.c)
    with pytest.raises(
        WorkshopError, match=r"^2 of 3 targets refuse \(see above\), so nothing was"
    ):
        publish(project, NAMES)
    lines = capsys.readouterr().err.splitlines()
    assert [line[:30] for line in lines] == [
        "publish: b: the target holds t",
        "publish: c: the target holds p",
    ]
    assert not list(folders.a.iterdir())


def test_every_mistake_in_the_settings_has_its_line(
    project: Project, folders: Folders, capsys: pytest.CaptureFixture[str]
):
    set_targets(
        project, {"a": local(folders.a), "b": {"protocol": "sftpp"}, "c": {"protocol": "local"}}
    )
    with pytest.raises(MisuseError, match=r"^2 of 3 targets refuse"):
        publish(project, NAMES)
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("publish: publishconf.py: PUBLISH_TARGETS: ") for line in lines)
    assert ["'protocol' is 'sftpp'" in lines[0], "'folder' is missing" in lines[1]] == [True] * 2


def test_an_edit_in_the_second_target_keeps_the_first_as_it_was(project: Project, folders: Folders):
    publish(project, NAMES)
    write(folders.b, "second.html", "edited by hand")
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    with pytest.raises(WorkshopError, match=r"^b: .*second\.html changed"):
        publish(project, NAMES)
    assert "More." not in (folders.a / "second.html").read_text()


def test_a_rollback_that_one_target_refuses_is_done_in_none(project: Project, folders: Folders):
    publish(project, NAMES)
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    publish(project, NAMES)
    held(folders.b)
    with pytest.raises(WorkshopError, match=r"^b: ada at desk"):
        rollback(project, NAMES)
    assert "More." in (folders.a / "second.html").read_text()
    assert rollback(project, NAMES, Wishes(force=frozenset({"lock"}))) == 0
    assert all("More." not in (folder / "second.html").read_text() for folder in folders)


def test_git_that_does_not_know_who_commits_is_told_before_a_server_is_written_to(
    project: Project, folders: Folders, remote: Path, git: Git, monkeypatch: pytest.MonkeyPatch
):
    git(project.root, "config", "user.useConfigOnly", "true")
    git(project.root, "config", "user.email", "")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with pytest.raises(WorkshopError, match=r"^gh-pages: git does not know who you are"):
        publish(project, ("a", "gh-pages"))
    assert not list(folders.a.iterdir())


def test_two_names_of_one_place_are_refused_and_a_name_said_twice_is_one(
    project: Project, folders: Folders
):
    set_targets(project, {"a": local(folders.a), "b": local(folders.a)})
    with pytest.raises(MisuseError, match=rf"^a and b are both {folders.a}; leave one of them out"):
        publish(project, ("a", "b"))
    assert publish(project, ("a", "a")) == 0


@pytest.mark.parametrize(
    ("asked", "to", "force", "said"),
    [
        (
            rollback,
            "a",
            {"links", "lock", "ids"},
            "--rollback has no use for --force ids --force l",
        ),
        (rollback, "gh-pages", {"edited"}, "gh-pages at origin has no use for --force edited; "),
        (publish, "gh-pages", {"lock"}, "gh-pages at origin has no use for --force lock; leave"),
    ],
)
def test_what_would_be_forced_to_no_effect_is_refused(
    project: Project, asked: Callable[..., int], to: str, force: set[str], said: str
):
    with pytest.raises(MisuseError, match=f"^{said}"):
        asked(project, (to,), Wishes(force=frozenset(force)))
