"""The command line, as the author types it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from workshop import engine
from workshop.project import Project

from .conftest import eventually, write

LIVE = "Title: Live\nDate: 2020-01-03\n\n```console run\n$ echo hello\n{claim}```\n"
WITH_ENGINE = 'PLUGIN_PATHS = ["plugins"]\nPLUGINS = ["transcripts"]\n'


def invoke(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "invoke", *arguments],
        cwd=project.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def live(project: Project) -> Path:
    """A post with a live example, in a site with the engine."""
    conf = project.root / "pelicanconf.py"
    conf.write_text(conf.read_text() + WITH_ENGINE)
    return write(project.root, "content/live.md", LIVE.format(claim=""))


def test_every_task_of_the_contract_is_there_with_its_help(project: Project):
    listed = invoke(project, "--list").stdout
    names = [
        "accept",
        "bench",
        "build",
        "check",
        "clean",
        "lint",
        "new",
        "publish",
        "roots",
        "serve",
        "setup",
        "test",
    ]
    assert [line.split()[0] for line in listed.splitlines()[2:] if line] == names
    for name in names:
        assert "Docstring:\n  none" not in invoke(project, "--help", name).stdout


def test_a_build_runs_what_is_new_and_shows_it(project: Project, live: Path):
    built = invoke(project, "build")
    assert built.returncode == 0, built.stderr
    assert built.stdout.endswith("build: output/ holds 3 articles\n")
    assert live.with_suffix(".recording").exists()
    assert "hello" in (project.output / "live.html").read_text()


def test_a_build_without_running_runs_nothing(project: Project, live: Path):
    assert invoke(project, "build", "--no-run").returncode == 0
    assert not live.with_suffix(".recording").exists()
    assert (project.output / "second.html").exists()


def test_a_site_with_drift_is_built_but_does_not_end_well(project: Project, live: Path):
    live.write_text(LIVE.format(claim="good bye\n"))
    built = invoke(project, "build")
    assert built.returncode == 1
    assert (built.stdout + built.stderr).count("content/live.md:6: ") == 1
    assert (project.output / "second.html").exists()


def test_what_is_checked_can_be_named(project: Project, live: Path):
    invoke(project, "build")
    assert invoke(project, "check", "--path", "content/live.md").returncode == 0
    assert invoke(project, "check", "--path", "content/nosuch.md").returncode != 0


def test_misuse_ends_with_2_and_one_line(project: Project):
    done = invoke(project, "publish", "--to", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("publish: publishconf.py: PUBLISH_TARGETS has no 'nowhere'; ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--check-live", "--rollback"), "--check-live has no use for --rollback; leave one"),
        (("--setup", "x", "--dry-run"), "--setup has no use for --dry-run; leave one"),
        (("--rollback", "--force", "edit"), "--force edit: there is no such check; did you mean"),
    ],
)
def test_options_of_publish_that_would_be_ignored_are_refused(
    project: Project, options: tuple[str, ...], said: str
):
    done = invoke(project, "publish", *options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"publish: {said}")


def test_a_task_ends_with_the_engine_s_exit_status(project: Project):
    assert engine.call(project, "nosuch-command") == engine.MISUSE


def test_posts_are_named_from_where_the_author_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(project.content)
    assert engine.posts(project, ["first.md", "../content/second.md", "/elsewhere/x.md"]) == [
        "content/first.md",
        "content/second.md",
        "/elsewhere/x.md",
    ]


def test_an_interrupted_run_is_told_once(project: Project, live: Path, tmp_path: Path):
    live.write_text(LIVE.replace("echo hello", "sleep 600").format(claim=""))
    log = tmp_path / "log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [sys.executable, "-m", "invoke", "build"],
            cwd=project.root,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            process_group=0,
        ) as process,
    ):
        eventually(lambda: _sleeps(process.pid))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 130
    told = [line for line in log.read_text().splitlines() if line.startswith("interrupted")]
    assert len(told) == 1
    assert "build: interrupted" not in log.read_text()
    assert not project.output.exists()


def _sleeps(ancestor: int) -> bool:
    """Whether a descendant of a process sleeps as the example says."""
    parents, sleepers = {}, []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            about = (process / "stat").read_text().rpartition(")")[2].split()
            words = (process / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        parents[int(process.name)] = int(about[1])
        if words[:2] == [b"sleep", b"600"]:
            sleepers.append(int(process.name))

    def descends(pid: int) -> bool:
        return pid == ancestor or (pid in parents and descends(parents[pid]))

    return any(map(descends, sleepers))


def test_no_task_needs_a_terminal_or_an_editor(project: Project):
    environment = {key: value for key, value in os.environ.items() if key != "TERM"}
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "new", "On time"],
        cwd=project.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment | {"EDITOR": "false"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "content/on-time.md\n")


def test_settings_are_those_of_the_project_whatever_was_imported(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = ModuleType("pelicanconf")
    monkeypatch.setitem(sys.modules, "pelicanconf", another)
    settings = project.settings("publishconf.py")
    assert settings["SITENAME"] == project.settings("pelicanconf.py")["SITENAME"]
    assert sys.modules["pelicanconf"] is another
