"""Drafts."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from workshop import new, processes, site
from workshop.errors import MisuseError
from workshop.project import Project

from .conftest import SETTINGS, write

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_draft_has_front_matter_and_one_live_example():
    text = new.draft("On time", NOON, {"FEED_ID_AUTHORITY": "example.org,2009"})
    head, _, body = text.partition("\n\n")
    assert head.splitlines() == [
        "Title: On time",
        "Date: 2026-11-22 12:00",
        "Category: misc",
        "Tags:",
        "Status: draft",
        "Slug: on-time",
        "Id: tag:example.org,2026-11-22:on-time",
        "Summary:",
    ]
    assert body.count("```console run\n$ ") == 1


def test_a_draft_has_no_id_where_the_site_has_no_authority():
    assert "Id:" not in new.draft("On time", NOON, {})


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Make, tmpfs and the granularity of time", "make-tmpfs-and-the-granularity-of-time"),
        ("Ünïcode: *odd* “title” / ../../x", "unicode-odd-title-x"),
        ("  What?\n Why!  ", "what-why"),
        ("日本", "ri-ben"),
    ],
)
def test_a_title_with_odd_characters_gives_a_sane_slug(title: str, slug: str):
    assert new.slug(title, {}) == slug


def test_a_slug_is_made_as_the_settings_of_the_site_say():
    rules = {"SLUG_REGEX_SUBSTITUTIONS": [(r"\+\+", "pp"), (r"\s+", "-")]}
    assert new.slug("On C++", rules) == "on-cpp"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("seven77 " * 50, "-".join(["seven77"] * 9) + ".md"),
        ("a" * 77 + " b", "a" * 77 + ".md"),
        ("a" * 390, "a" * 77 + ".md"),
        ("漢" * 390, "-".join(["han"] * 19) + ".md"),
    ],
)
def test_a_long_title_gives_a_name_of_its_first_words(project: Project, title: str, name: str):
    assert new.new(project, title) == 0
    assert (project.content / name).read_text().startswith(f"Title: {title.strip()}\n")
    assert len(name) <= 80


def test_a_title_without_letters_is_refused(project: Project):
    with pytest.raises(MisuseError, match="has no letter or digit"):
        new.new(project, "?!")


def test_an_option_is_not_taken_for_a_title(project: Project):
    with pytest.raises(MisuseError, match="--help new"):
        new.new(project, "--verbose")


def test_the_draft_is_written_and_its_path_printed(
    project: Project, capsys: pytest.CaptureFixture[str]
):
    assert new.new(project, "On time") == 0
    assert capsys.readouterr().out == "content/on-time.md\n"
    assert "Title: On time\n" in (project.content / "on-time.md").read_text()


def test_who_has_not_said_whose_posts_these_are_is_told(
    project: Project, capsys: pytest.CaptureFixture[str]
):
    settings = SETTINGS + 'FEED_ID_AUTHORITY = "{},2009"\n'
    write(project.root, "pelicanconf.py", settings.format("example.org"))
    new.new(project, "On time")
    assert capsys.readouterr().err.count("FEED_ID_AUTHORITY is still 'example.org,2009'") == 1
    write(project.root, "pelicanconf.py", settings.format("ada.example"))
    new.new(project, "In time")
    assert "FEED_ID_AUTHORITY" not in capsys.readouterr().err


def test_a_post_is_never_overwritten(project: Project):
    before = (project.content / "first.md").read_text()
    with pytest.raises(MisuseError, match=r"content/first\.md exists already"):
        new.new(project, "First")
    assert (project.content / "first.md").read_text() == before


def test_pelican_takes_the_draft_for_a_draft(project: Project):
    new.new(project, "On time")
    assert site.replace_output(project) == "2 articles, 1 draft"


def test_an_unknown_time_zone_is_named(project: Project):
    write(project.root, "pelicanconf.py", SETTINGS + 'TIMEZONE = "Mars/Olympus"\n')
    with pytest.raises(MisuseError, match="TIMEZONE 'Mars/Olympus' is unknown"):
        new.new(project, "On time")


def test_settings_that_cannot_be_read_are_named(project: Project):
    write(project.root, "pelicanconf.py", "SITENAME = (\n")
    with pytest.raises(MisuseError, match=r"pelicanconf\.py: cannot be read: SyntaxError"):
        new.new(project, "On time")


def test_the_editor_opens_the_draft_only_where_somebody_is_there(
    project: Project, on_terminal: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "cp --target-directory=..")
    new.new(project, "Alone")
    assert not (project.root.parent / "alone.md").exists()
    on_terminal()
    new.new(project, "Together")
    assert (project.root.parent / "together.md").exists()


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Make standard input a terminal from the call on."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0), os.fdopen(theirs) as terminal:
        yield lambda: monkeypatch.setattr(sys, "stdin", terminal)


def test_a_process_says_how_it_ended_as_a_shell_would(project: Project):
    killed = processes.capture(["sh", "-c", "kill -9 $$"], cwd=project.root)
    assert killed.status == 137
