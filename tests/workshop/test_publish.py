"""The whole way to a remote, with the real engine, Pelican and git."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workshop import engine
from workshop.errors import MisuseError, WorkshopError
from workshop.project import Project
from workshop.publish import find_target, publish

from .conftest import FOR_THE_WEB, SECOND, write

Git = Callable[..., str]

LIVE = "Title: Live\nDate: 2020-01-03\n\n```console run\n$ echo hello\n```\n"
WITH_ENGINE = 'PLUGIN_PATHS = ["plugins"]\nPLUGINS = ["transcripts"]\n'


def everything(git: Git, remote: Path) -> str:
    """All that a reader could get: names and contents."""
    return git(remote, "grep", "-a", "", "gh-pages", "--")


def test_a_site_is_published_for_the_web(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    kept = write(project.root, "output/kept.html", "the author's own look")
    assert publish(project) == 0
    assert "https://blog.example.org/second.html" in everything(git, remote)
    assert "publish: gh-pages at origin now holds this site: " in capsys.readouterr().out
    assert list(project.output.iterdir()) == [kept]


def test_publishing_twice_says_that_there_is_nothing_to_do(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    publish(project)
    before = git(remote, "rev-parse", "gh-pages")
    assert publish(project) == 0
    assert "publish: nothing to do: " in capsys.readouterr().out
    assert git(remote, "rev-parse", "gh-pages") == before


def test_drafts_and_posts_of_the_future_never_leave(project: Project, remote: Path, git: Git):
    draft = "Title: Hush\nDate: 2020-01-01\nStatus: draft\n\nNot yet.\n"
    write(project.root, "content/hush.md", draft)
    write(project.root, "content/later.md", "Title: Later\nDate: 2999-01-01\n\nIn time.\n")
    write(project.root, "content/page.md", draft.replace("Hush", "Psst"))
    write(project.root, "publishconf.py", FOR_THE_WEB + "WITH_FUTURE_DATES = True\n")
    publish(project)
    for word in ("Hush", "Not yet", "Later", "In time", "Psst", "drafts/"):
        assert word not in everything(git, remote)


def test_transcripts_of_drafts_never_leave(project: Project, remote: Path, git: Git):
    conf = project.root / "pelicanconf.py"
    conf.write_text(conf.read_text() + WITH_ENGINE)
    write(project.root, "content/live.md", LIVE.replace("\n\n", "\nStatus: draft\n\n", 1))
    assert engine.call(project, "run") == engine.CLEAN
    publish(project)
    assert "live" not in everything(git, remote)


def test_a_dry_run_lists_what_would_change_and_changes_nothing(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    publish(project)
    before = git(remote, "rev-parse", "gh-pages")
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    write(project.root, "content/third.md", SECOND.replace("Second", "Third"))
    capsys.readouterr()
    assert publish(project, dry_run=True) == 0
    out = capsys.readouterr().out
    assert "\n+ third.html\n" in out
    assert "\n~ second.html\n" in out
    assert "(dry run: nothing was deployed)" in out
    assert git(remote, "rev-parse", "gh-pages") == before


def test_a_site_with_a_broken_link_is_not_published(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    write(project.root, "content/second.md", SECOND + "\n[x]({filename}nosuch.md) [y](/no#z)\n")
    with pytest.raises(WorkshopError, match="problems in the site"):
        publish(project)
    err = capsys.readouterr().err
    assert "second.html: link '/no#z' is broken: the site has no such file" in err
    assert "gh-pages" not in git(remote, "branch")


def test_a_post_without_a_recording_keeps_the_site_from_being_published(
    project: Project, remote: Path, git: Git, capfd: pytest.CaptureFixture[str]
):
    conf = project.root / "pelicanconf.py"
    conf.write_text(conf.read_text() + WITH_ENGINE)
    write(project.root, "content/live.md", LIVE)
    with pytest.raises(WorkshopError, match="not every example holds"):
        publish(project)
    told = "".join(capfd.readouterr())
    assert "content/live.md:" in told
    assert "gh-pages" not in git(remote, "branch")


def test_refusals_come_before_the_site_is_built(project: Project, git: Git):
    with pytest.raises(WorkshopError, match="not a git repository"):
        publish(project)
    assert not (project.cache / "pelican.log").exists()


def test_a_site_without_an_address_is_not_published(project: Project, remote: Path):
    write(project.root, "publishconf.py", FOR_THE_WEB + 'SITEURL = ""\n')
    with pytest.raises(MisuseError, match=r"publishconf\.py: SITEURL is ''; say where"):
        publish(project)


def test_gh_pages_needs_no_setting():
    assert find_target({}, "gh-pages").branch == "gh-pages"


def test_a_target_is_what_the_settings_say():
    settings = {"PUBLISH_TARGETS": {"personal": {"remote": "home", "branch": "live"}}}
    target = find_target(settings, "personal")
    assert (target.remote, target.branch) == ("home", "live")


@pytest.mark.parametrize(
    ("settings", "name", "reason"),
    [
        ({}, "gh-page", "PUBLISH_TARGETS has no 'gh-page'; did you mean gh-pages?"),
        ({}, "x", "PUBLISH_TARGETS has no 'x'; it has gh-pages"),
        ({"PUBLISH_TARGETS": {"a": {"brunch": "x"}}}, "a", "unexpected keyword argument 'brunch'"),
    ],
)
def test_a_target_that_does_not_exist_is_told(settings: dict[str, object], name: str, reason: str):
    with pytest.raises(MisuseError) as caught:
        find_target(settings, name)
    assert reason in str(caught.value)
