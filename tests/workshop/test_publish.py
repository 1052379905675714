"""The whole way to a remote, with the real engine, Pelican and git."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from workshop import engine, live, pings
from workshop.changes import Changes
from workshop.errors import MisuseError, WorkshopError
from workshop.project import Project
from workshop.publish import Wishes, check_live, publish, rollback

from .conftest import FOR_THE_WEB, SECOND, running, write

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
    write(project.root, "content/third.md", SECOND.replace("Second", "Third").replace("-02", "-03"))
    capsys.readouterr()
    assert publish(project, wishes=Wishes(dry_run=True)) == 0
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


def test_the_address_that_the_settings_came_with_is_no_place_to_publish_to(
    project: Project, remote: Path, git: Git
):
    write(project.root, "publishconf.py", FOR_THE_WEB + 'SITEURL = "https://example.org"\n')
    with pytest.raises(MisuseError, match=r"SITEURL is still 'https://example\.org'; say in"):
        publish(project)
    assert publish(project, wishes=Wishes(dry_run=True)) == 0
    assert git(remote, "branch", "--list", "gh-pages") == ""


def test_the_authority_of_ids_that_the_settings_came_with_is_refused(
    project: Project, remote: Path, git: Git
):
    write(project.root, "publishconf.py", FOR_THE_WEB + 'FEED_ID_AUTHORITY = "example.org,2009"\n')
    with pytest.raises(MisuseError, match=r"FEED_ID_AUTHORITY is still 'example\.org,2009'"):
        publish(project)
    assert publish(project, wishes=Wishes(dry_run=True)) == 0
    assert git(remote, "branch", "--list", "gh-pages") == ""


@pytest.mark.parametrize("address", ["http://[::1", "https://", "https://a:b/", "gopher://a/"])
def test_an_address_that_no_reader_can_go_to_is_told(project: Project, address: str):
    write(project.root, "publishconf.py", f"{FOR_THE_WEB}SITEURL = {address!r}\n")
    for asked in (publish, check_live):
        with pytest.raises(MisuseError, match=r"SITEURL is .*; say where the site will be"):
            asked(project)


def test_settings_that_end_the_program_are_told(project: Project):
    write(project.root, "publishconf.py", "raise SystemExit(3)\n")
    with pytest.raises(MisuseError, match=r"^publishconf\.py: cannot be read: SystemExit: 3$"):
        publish(project)


def test_the_home_directory_is_known_without_an_environment(
    project: Project, remote: Path, monkeypatch: pytest.MonkeyPatch
):
    home = SimpleNamespace(pw_dir="/home/ada2")
    monkeypatch.setattr("pwd.getpwuid", lambda _: home)
    monkeypatch.delenv("HOME")
    write(project.root, "content/second.md", f"{SECOND}\n```python\nx = /home/ada2/x\n```\n")
    with pytest.raises(WorkshopError, match="--force secrets"):
        publish(project)


def test_a_mistake_in_a_target_that_is_not_asked_for_is_told(project: Project, remote: Path):
    targets = {"home": {"protocol": "sftpp", "folder": "/public"}}
    write(project.root, "publishconf.py", f"{FOR_THE_WEB}PUBLISH_TARGETS = {targets}\n")
    with pytest.raises(MisuseError, match="target 'home': 'protocol' is 'sftpp'; use one of"):
        publish(project)


def test_a_check_that_is_forced_tells_and_does_not_count(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    write(project.root, "content/second.md", SECOND + "\n[y](https://blog.example.org/no)\n")
    with pytest.raises(WorkshopError, match=r"4 problems in the site .*or --force links\)"):
        publish(project)
    capsys.readouterr()
    assert publish(project, wishes=Wishes(force=frozenset({"links"}))) == 0
    assert "the site has no such file (links, forced)" in capsys.readouterr().err
    assert "/no" in everything(git, remote)


def test_examples_that_do_not_hold_can_be_forced(project: Project, remote: Path, git: Git):
    conf = project.root / "pelicanconf.py"
    conf.write_text(conf.read_text() + WITH_ENGINE)
    write(project.root, "content/live.md", LIVE)
    assert publish(project, wishes=Wishes(force=frozenset({"examples"}))) == 0
    assert "is not recorded" in everything(git, remote)


def test_a_page_that_readers_would_lose_keeps_the_site_from_being_published(
    project: Project, remote: Path, capsys: pytest.CaptureFixture[str]
):
    publish(project)
    write(project.root, "content/second.md", SECOND.replace("Second", "Another"))
    with pytest.raises(WorkshopError, match="--force gone"):
        publish(project)
    assert "second.html: readers have this page now" in capsys.readouterr().err


def test_a_feed_that_the_site_has_no_longer_stays_as_an_empty_one(
    project: Project, remote: Path, git: Git
):
    tagged = SECOND.replace("\n\n", "\nTags: rare\n\n", 1)
    write(project.root, "content/second.md", tagged)
    conf = FOR_THE_WEB + 'TAG_FEED_ATOM = "feeds/tag/{slug}.atom"\n'
    write(project.root, "publishconf.py", conf)
    publish(project)
    write(project.root, "content/second.md", SECOND)
    publish(project, wishes=Wishes(force=frozenset({"gone"})))
    feed = git(remote, "show", "gh-pages:feeds/tag/rare.atom")
    assert "<feed" in feed
    assert "<entry" not in feed


def test_a_rollback_publishes_what_was_there_before(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    publish(project)
    before = everything(git, remote)
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    publish(project)
    assert rollback(project) == 0
    assert everything(git, remote) == before
    assert "gh-pages at origin is as it was before the last deploy: " in capsys.readouterr().out


def test_a_dry_run_of_a_rollback_leaves_the_branch(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    publish(project)
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    publish(project)
    before = git(remote, "rev-parse", "gh-pages")
    assert rollback(project, wishes=Wishes(dry_run=True)) == 0
    assert git(remote, "rev-parse", "gh-pages") == before
    assert "~ second.html\n" in capsys.readouterr().out


def test_without_a_deploy_before_there_is_nothing_to_go_back_to(project: Project, remote: Path):
    publish(project)
    with pytest.raises(WorkshopError, match="has no deploy before the last one"):
        rollback(project)


def test_hubs_and_search_engines_are_told_what_changed(project: Project, remote: Path):
    with listening() as (address, heard):
        told = f'FEEDS_HUB = "{address}/hub"\nINDEXNOW_ENDPOINT = "{address}/now"\n'
        write(project.root, "publishconf.py", FOR_THE_WEB + told + 'INDEXNOW_KEY = "abc"\n')
        publish(project)
        assert publish(project) == 0  # nothing to tell
    hub, now = heard
    assert hub[0] == "/hub"
    assert parse_qs(hub[1])["hub.url"] == ["https://blog.example.org/feeds/all.atom"]
    assert now[0] == "/now"
    assert "https://blog.example.org/second.html" in json.loads(now[1])["urlList"]
    assert json.loads(now[1])["key"] == "abc"


def test_who_does_not_listen_is_named_and_the_site_is_published(
    project: Project, remote: Path, git: Git, capsys: pytest.CaptureFixture[str]
):
    told = 'FEEDS_HUB = "http://127.0.0.1:1/"\n'
    write(project.root, "publishconf.py", FOR_THE_WEB + told)
    assert publish(project) == 0
    assert "http://127.0.0.1:1/ was not told of the changes: " in capsys.readouterr().err
    assert "second.html" in everything(git, remote)


def test_an_address_that_is_none_and_an_answer_that_is_none_are_told():
    with garbling() as address:
        settings = {"SITEURL": "https://b.example", "FEEDS_HUB": address}
        changes = Changes(added=("feeds/all.atom",), changed=(), deleted=())
        (told,) = pings.tell(settings, changes)
        assert f"{address} was not told of the changes: " in told
        with pytest.raises(WorkshopError, match=f"^{address}/a.html: cannot be reached: what"):
            live.differences(address, {"a.html": "0"})
    (told,) = pings.tell({**settings, "FEEDS_HUB": "http://a b:x/"}, changes)
    assert "was not told of the changes" in told


@contextmanager
def garbling() -> Iterator[str]:
    """A server that answers in no known language."""

    class Garbler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"what?\r\n\r\n")

        def do_POST(self) -> None:
            self.do_GET()

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Garbler)) as address:
        yield address


@contextmanager
def listening() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server that notes where and what it was sent."""
    heard: list[tuple[str, str]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, body.decode()))
            self.send_response(202)
            self.end_headers()

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Listener)) as address:
        yield address, heard
