"""The whole way to a directory that a web server would serve, with the real engine and Pelican."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.errors import ConnectionLostError
from deploy.transports.local import Local
from workshop.errors import MisuseError, ToldInterrupt, WorkshopError
from workshop.project import Project
from workshop.publish import Wishes, check_live, publish, rollback
from workshop.servers import setup

from .conftest import FOR_THE_WEB, SECOND, served, write

Git = Callable[..., str]
HOME = ("home",)


@pytest.fixture
def home(project: Project, tmp_path: Path) -> Path:
    """A directory that is the target ``home`` of the project."""
    folder = tmp_path / "www"
    folder.mkdir()
    target = {"protocol": "local", "folder": str(folder)}
    write(project.root, "publishconf.py", f"{FOR_THE_WEB}PUBLISH_TARGETS = {{'home': {target}}}\n")
    return folder


def readable(folder: Path) -> dict[str, str]:
    """What readers could get."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(errors="replace")
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def test_a_directory_gets_the_site_and_then_nothing_more(
    project: Project, home: Path, capsys: pytest.CaptureFixture[str]
):
    assert publish(project, HOME) == 0
    assert "https://blog.example.org/second.html" in readable(home)["first.html"]
    assert f"publish: {home} now holds this site: " in capsys.readouterr().out
    assert publish(project, HOME) == 0
    assert f"publish: nothing to do: {home} holds this site already" in capsys.readouterr().out


def test_a_rollback_gives_back_the_tree_before(project: Project, home: Path):
    publish(project, HOME)
    before = readable(home)
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    publish(project, HOME)
    assert readable(home) != before
    assert rollback(project, HOME) == 0
    assert readable(home) == before


def test_a_publish_that_was_cut_in_mid_swap_is_completed_by_the_next(
    project: Project,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    cut_in_mid_swap(project, home, monkeypatch, ConnectionLostError("the connection was lost"))
    assert (home / ".deploy/next").exists()
    assert publish(project, HOME) == 0
    assert "the rest of a publish that was cut" in capsys.readouterr().out
    assert not (home / ".deploy/next").exists()
    assert {"index.html", "first.html", "second.html"} <= set(readable(home))
    assert publish(project, HOME) == 0
    assert "publish: nothing to do: " in capsys.readouterr().out


def test_an_interrupt_in_mid_swap_says_what_readers_may_see(
    project: Project,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    cut_in_mid_swap(project, home, monkeypatch, None)
    told = f"interrupted; readers of {home} may see both builds; publish again to complete it"
    assert f"publish: {told}\n" in capsys.readouterr().err
    assert publish(project, HOME) == 0
    assert not (home / ".deploy/next").exists()


def test_an_interrupt_while_files_are_sent_says_that_readers_see_none_of_them(
    project: Project,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    write_file, sent = Local.write, list[str]()

    async def cut(self: Local, path: str, data: bytes) -> None:
        sent.extend([path] * path.startswith(".deploy/new/"))
        if len(sent) == 5:
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(60)
        await write_file(self, path, data)

    with monkeypatch.context() as patched:
        patched.setattr(Local, "write", cut)
        patched.setattr(Local, "parallel", 1)
        with pytest.raises(ToldInterrupt):
            publish(project, HOME)
    told = f"interrupted; readers of {home} see what they saw before; publish again to complete it"
    assert f"publish: {told}\n" in capsys.readouterr().err
    assert readable(home) == {}
    assert publish(project, HOME) == 0


def cut_in_mid_swap(
    project: Project, home: Path, monkeypatch: pytest.MonkeyPatch, how: BaseException | None
) -> None:
    """Publish, and end that so, or by Ctrl-C, at the second file that is to take its place."""
    rename, placed = Local.rename, list[str]()

    async def cut(self: Local, old: str, new: str) -> None:
        placed.extend([new] * old.startswith(".deploy/new/"))
        if len(placed) > 1 and how:
            raise how
        if len(placed) > 1:
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(60)
        await rename(self, old, new)

    with monkeypatch.context() as patched:
        patched.setattr(Local, "rename", cut)
        with pytest.raises((WorkshopError, ToldInterrupt)):
            publish(project, HOME)


def test_a_dry_run_lists_and_changes_nothing(
    project: Project, home: Path, capsys: pytest.CaptureFixture[str]
):
    assert publish(project, HOME, Wishes(dry_run=True)) == 0
    assert "\n+ second.html\n" in capsys.readouterr().out
    assert readable(home) == {}


def test_a_folder_of_somebody_else_is_published_into_only_when_adopted(
    project: Project, home: Path
):
    kept = write(home, "theirs.html", "not ours")
    with pytest.raises(WorkshopError, match=r"is it the right folder.*--force adopt"):
        publish(project, HOME)
    assert publish(project, HOME, Wishes(force=frozenset({"adopt"}))) == 0
    assert kept.read_text() == "not ours"
    assert "second.html" in readable(home)


def test_a_folder_that_is_not_there_is_named_with_its_target(project: Project, home: Path):
    home.rmdir()
    with pytest.raises(WorkshopError, match=rf"^home: {home} is not there; make it, or mend"):
        publish(project, HOME)
    home.write_text("")
    with pytest.raises(WorkshopError, match=rf"^home: {home} is no folder; "):
        publish(project, HOME)


def test_a_rollback_after_a_forced_publish_gives_back_what_was_edited(project: Project, home: Path):
    publish(project, HOME)
    write(home, "second.html", "edited by hand")
    publish(project, HOME, Wishes(force=frozenset({"edited"})))
    rollback(project, HOME)
    assert readable(home)["second.html"] == "edited by hand"
    rollback(project, HOME)
    assert "The second post." in readable(home)["second.html"]


def test_a_directory_is_got_to_know_without_a_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    said = iter(["local", str(tmp_path)])
    monkeypatch.setattr("builtins.input", lambda _: next(said))
    assert setup("home") == 0
    told = capsys.readouterr()
    assert told.out == f"'home': {{'protocol': 'local', 'folder': '{tmp_path}'}},\n"
    assert "find the folder: works" in told.err
    assert "log in" not in told.err


def test_a_dry_run_of_a_rollback_changes_nothing_and_edits_can_be_forced(
    project: Project, home: Path, capsys: pytest.CaptureFixture[str]
):
    publish(project, HOME)
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    publish(project, HOME)
    write(home, "second.html", "edited by hand")
    with pytest.raises(WorkshopError, match="--force edited"):
        rollback(project, HOME)
    before, edited = readable(home), frozenset({"edited"})
    capsys.readouterr()
    assert rollback(project, HOME, Wishes(dry_run=True, force=edited)) == 0
    told = capsys.readouterr().out
    assert "~ second.html\n" in told
    assert "(dry run: nothing was deployed)" in told
    assert readable(home) == before
    assert rollback(project, HOME, Wishes(force=edited)) == 0
    assert "More." not in readable(home)["second.html"]


def test_a_list_that_is_damaged_can_be_forced(project: Project, home: Path):
    publish(project, HOME)
    write(home, ".deploy/manifest", "nonsense\n")
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    for refused in (publish, check_live):
        with pytest.raises(WorkshopError, match=r"manifest on the server.*--force manifest"):
            refused(project, HOME)
    assert publish(project, HOME, Wishes(force=frozenset({"manifest"}))) == 0
    assert "More." in readable(home)["second.html"]
    assert publish(project, HOME) == 0


def test_a_damaged_list_of_an_unchanged_site_is_written_anew_by_force(
    project: Project, home: Path, capsys: pytest.CaptureFixture[str]
):
    publish(project, HOME)
    write(home, ".deploy/manifest", "nonsense\n")
    capsys.readouterr()
    assert publish(project, HOME, Wishes(force=frozenset({"manifest"}))) == 0
    told = f"publish: {home} now holds this site: the list of its files written anew\n"
    assert told in capsys.readouterr().out
    assert publish(project, HOME) == 0
    assert f"publish: nothing to do: {home} holds" in capsys.readouterr().out


def test_a_damaged_list_of_the_build_before_keeps_nothing_but_a_rollback(
    project: Project, home: Path
):
    publish(project, HOME)
    write(home, ".deploy/previous", "nonsense\n")
    with pytest.raises(WorkshopError, match="nothing readable to roll back to; publish the older"):
        rollback(project, HOME)
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    assert publish(project, HOME) == 0
    assert rollback(project, HOME) == 0
    assert "More." not in readable(home)["second.html"]


def test_two_targets_get_the_same_site_from_one_build(
    project: Project, home: Path, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    assert publish(project, ("home", "gh-pages")) == 0
    assert capsys.readouterr().out.count("publish: built") == 1
    assert git(remote, "show", "gh-pages:second.html") == readable(home)["second.html"]


def test_what_one_target_needs_besides_another_does_not_get(
    project: Project, home: Path, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    other = remote.with_name("other")
    git(remote, "clone", "--quiet", str(remote), str(other))
    git(other, "switch", "--quiet", "--orphan", "gh-pages")
    write(other, "CNAME", "blog.example.org\n")
    git(other, "add", "CNAME")
    git(other, "commit", "--quiet", "-m", "name")
    git(other, "push", "--quiet", "origin", "gh-pages")
    assert publish(project, ("home", "gh-pages")) == 0
    assert "CNAME" not in readable(home)
    assert not (home / ".nojekyll").exists()
    assert git(remote, "show", "gh-pages:CNAME") == "blog.example.org\n"
    capsys.readouterr()
    assert publish(project, HOME) == 0
    assert "publish: nothing to do: " in capsys.readouterr().out


@pytest.mark.parametrize("place", ["content", "."])
def test_a_folder_does_not_depend_on_where_the_author_stands(
    project: Project, home: Path, monkeypatch: pytest.MonkeyPatch, place: str
):
    targets = {
        "home": {"protocol": "local", "folder": "../www"},
        "same": {"protocol": "local", "folder": str(home)},
    }
    write(project.root, "publishconf.py", f"{FOR_THE_WEB}PUBLISH_TARGETS = {targets}\n")
    monkeypatch.chdir(project.root / place)
    assert publish(project, HOME) == 0
    assert "second.html" in readable(home)
    with pytest.raises(MisuseError, match=f"^home and same are both {home}; leave one of them"):
        publish(project, ("home", "same"))


def test_the_live_site_is_compared_with_the_list_of_what_was_sent(project: Project, home: Path):
    with served(home) as address:
        conf = project.root / "publishconf.py"
        conf.write_text(conf.read_text() + f"SITEURL = {address!r}\n")
        publish(project, HOME)
        assert check_live(project, HOME) == 0
        write(home, "second.html", "edited by hand")
        with pytest.raises(WorkshopError, match="1 of "):
            check_live(project, HOME)


def test_where_nothing_was_published_there_is_nothing_to_compare(project: Project, home: Path):
    with pytest.raises(WorkshopError, match=f"nothing was published to {home} yet.*; publish fir"):
        check_live(project, HOME)


def test_wrong_settings_are_told_with_their_file(project: Project, home: Path):
    target = {"protocol": "sftp", "hots": "x"}
    write(project.root, "publishconf.py", f"{FOR_THE_WEB}PUBLISH_TARGETS = {{'home': {target}}}\n")
    with pytest.raises(
        MisuseError, match=r"publishconf\.py: PUBLISH_TARGETS: target 'home': .*hots"
    ):
        publish(project, HOME)
