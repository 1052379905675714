"""Builds by the real Pelican."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workshop import site
from workshop.complaints import complaints
from workshop.directories import exchange, locked
from workshop.errors import WorkshopError
from workshop.project import Project

from .conftest import SETTINGS, eventually, write

SLOW = """\
import pathlib, time
from pelican import signals

def wait(pelican):
    pathlib.Path("started").touch()
    time.sleep(600)

def register():
    signals.finalized.connect(wait)
"""


def test_a_build_takes_the_place_of_the_old_one(project: Project):
    stale = write(project.root, "output/stale.html", "old")
    assert site.replace_output(project) == "2 articles"
    assert (project.output / "first.html").is_file()
    assert not stale.exists()


def test_a_build_leaves_nothing_but_the_site(project: Project):
    site.replace_output(project)
    assert not (project.cache / "site").exists()
    assert os.access(project.output, os.R_OK | os.X_OK)
    assert project.output.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("content/third.md", "Title: Third\n\nText.\n", r"third\.md:1: no 'Date:'"),
        ("pelicanconf.py", SETTINGS + 'PLUGINS = ["nosuch"]\n', "Cannot import plugin `nosuch`"),
        ("pelicanconf.py", SETTINGS + 'THEME = "nosuch"\n', "Could not find the theme nosuch"),
        ("pelicanconf.py", SETTINGS + "TIMEZONE = (\n", r"SyntaxError: '\(' was never closed"),
    ],
)
def test_a_build_that_is_not_good_says_why_and_keeps_the_last_good_one(
    project: Project, name: str, text: str, reason: str
):
    kept = write(project.root, "output/kept.html", "good")
    write(project.root, name, text)
    with pytest.raises(WorkshopError, match=reason) as caught:
        site.replace_output(project)
    assert "\n" not in str(caught.value)
    assert str(project.root) not in str(caught.value)
    assert kept.read_text() == "good"
    assert list(project.output.iterdir()) == [kept]


def test_a_plugin_that_breaks_is_told_in_one_line(project: Project):
    write(project.root, "own_plugins/bad.py", "raise RuntimeError('no luck today')\n")
    write(project.root, "pelicanconf.py", SETTINGS + 'PLUGINS = ["bad"]\n')
    with pytest.raises(WorkshopError, match="no luck today"):
        site.replace_output(project)


def test_a_picture_without_words_is_told_once(tmp_path: Path):
    pelican = "Empty alt attribute for image x.png in {}/content/{}\n"
    ours = f"{tmp_path}/content/a.md:4: picture 'x.png' has no alternative text; say it\n"
    log = pelican.format(tmp_path, "a.md") + pelican.format(tmp_path, "page.md") + ours
    assert complaints(log, tmp_path, tmp_path / "content") == [
        "Empty alt attribute for image x.png in content/page.md",
        "content/a.md:4: picture 'x.png' has no alternative text; say it",
    ]


def test_an_interrupted_build_ends_with_130_and_loses_nothing(project: Project):
    kept = write(project.root, "output/kept.html", "good")
    write(project.root, "own_plugins/slow.py", SLOW)
    write(project.root, "pelicanconf.py", SETTINGS + 'PLUGINS = ["slow"]\n')
    with subprocess.Popen(
        [sys.executable, "-m", "invoke", "build", "--no-run"],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        eventually((project.root / "started").exists)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err) == ("", "build: interrupted; nothing was left half-done\n")
    assert list(project.output.iterdir()) == [kept]
    assert not (project.cache / "site").exists()


def test_what_a_killed_build_left_is_tidied_by_the_next(project: Project):
    left = write(project.root, ".cache/site/tmpabc/index.html", "half")
    site.replace_output(project)
    assert not left.exists()


def test_a_second_build_waits_for_the_first(project: Project, capsys: pytest.CaptureFixture[str]):
    told: list[str] = []
    second = threading.Thread(target=lambda: told.append(site.replace_output(project)))
    with locked(project.cache / "site.lock"):
        second.start()
        eventually(lambda: "waiting for another build" in capsys.readouterr().err)
        assert not project.output.exists()
    second.join()
    assert told == ["2 articles"]


def test_a_reader_sees_the_old_or_the_new_directory_but_never_none(tmp_path: Path):
    old, new = tmp_path / "old", tmp_path / "new"
    write(old, "page", "old")
    write(new, "page", "new")
    stop, misses = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                (old / "page").read_text()
            except FileNotFoundError as error:
                misses.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(1000):
        exchange(new, old)
    stop.set()
    reader.join()
    assert misses == []


def test_clean_deletes_what_a_build_makes_again_and_nothing_else(project: Project):
    recording = write(project.root, "content/first.recording", "kept")
    site.replace_output(project)
    assert site.clean(project) == 0
    assert not project.output.exists()
    assert recording.exists()
    assert (project.root / "plugins").exists()


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        (
            "Done: Processed 5 articles, 0 drafts, 1 hidden article, 2 pages \nand 0 x in 1 s.",
            "5 articles, 1 hidden article, 2 pages",
        ),
        ("Done: Processed 0 articles, 0 drafts and 0 draft pages in 1.0 seconds.", "no posts"),
    ],
)
def test_the_summary_counts_what_there_is(out: str, expected: str):
    assert site.counts(out) == expected
