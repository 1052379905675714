"""Runs that are interrupted, killed or not alone; and how a run shows its progress."""

from __future__ import annotations

import os
import pty
import secrets
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .conftest import PATIENCE, REPOSITORY, Site, eventually, running


@pytest.fixture
def token(site: Site) -> str:
    """A word on the command line of a session that does not end of its own.

    Beside it there is a post that is recorded at once.
    """
    word = f"token{secrets.token_hex(8)}"
    site.post(" timeout=10m\n$ echo begun\n$ bash -c 'sleep 600; true' " + word, name="slow")
    site.post("\n$ echo quick", name="quick")
    return word


def _begun(site: Site, token: str, *arguments: str) -> subprocess.Popen[str]:
    process = site.start(*arguments)
    eventually(lambda: running(token) and site.exists("content/quick.recording"))
    return process


def test_an_interrupted_run_keeps_what_is_recorded_and_leaves_no_process(
    site: Site, token: str
) -> None:
    process = _begun(site, token, "run")
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert out == ""
    lines = err.splitlines()
    assert lines[-1] == "interrupted; the recordings made so far are kept"
    assert [line for line in lines[:-1] if not line.startswith("[")] == []
    assert site.files() == ["quick.md", "quick.recording", "slow.md"]
    assert site.text("content/quick.recording").endswith("\n\nend\n")
    eventually(lambda: not running(token))


def test_an_interrupted_run_keeps_the_sessions_of_a_post_that_came_to_their_end(
    site: Site, token: str
) -> None:
    slow = f" session=slow timeout=10m\n$ bash -c 'while [ ! -e /x ]; do :; done' {token}"
    site.post(" session=quick\n$ echo quick", slow, name="slow")
    log = site.root / "log"
    with log.open("w") as progress:
        process = site.start("run", "content/slow.md", stderr=progress)
    eventually(lambda: running(token) and "quick: ran 1 command, " in log.read_text())
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    recording = site.text("content/slow.recording")
    assert "session quick\n" in recording
    assert "session slow\n" not in recording
    site.edit("content/slow.md", "while [ ! -e /x ]; do :; done", "true")
    assert site.run("run", "content/slow.md").sessions == ["content/slow.md slow"]


def test_an_interrupted_check_leaves_recordings_as_they_were(site: Site, token: str) -> None:
    site.run("run", "content/quick.md")
    before = site.text("content/quick.recording")
    process = _begun(site, token, "check")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert site.text("content/quick.recording") == before


def test_an_interrupted_session_runs_again_next_time(site: Site, token: str) -> None:
    process = _begun(site, token, "run")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    site.edit("content/slow.md", "sleep 600; ", "")
    assert site.run("run").sessions == ["content/slow.md main"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_run_leaves_no_process(site: Site, token: str, number: signal.Signals) -> None:
    process = _begun(site, token, "run")
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    eventually(lambda: not running(token))
    assert site.files() == ["quick.md", "quick.recording", "slow.md"]


def test_a_second_run_is_refused_while_one_is_recording(site: Site, token: str) -> None:
    process = _begun(site, token, "run")
    try:
        for command in ("run", "check", "accept"):
            done = site.run(command)
            assert (done.status, done.out, done.err) == (
                2,
                "",
                "content: another run is recording here; wait for its end, then run again\n",
            )
        assert site.run("verify").status == 1
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    site.post("\n$ echo slow", name="slow")
    assert site.run("run").status == 0


def test_on_a_terminal_progress_is_live(site: Site, token: str) -> None:
    master, terminal = pty.openpty()
    able = {**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins"), "TERM": "xterm"}
    process = site.start("run", stdout=terminal, stderr=terminal, env=able)
    os.close(terminal)
    quick = b"content/quick.md main: ran 1 command, "
    shown = _until(master, b"content/slow.md main", b"1/2", quick)
    os.killpg(process.pid, signal.SIGINT)
    shown += _rest(master)
    assert process.wait(timeout=PATIENCE) == 130
    assert b"[1/2] " + quick in shown
    assert shown.endswith(b"interrupted; the recordings made so far are kept\r\n")
    assert shown.count(b"\x1b[?25l") == shown.count(b"\x1b[?25h") == 1
    assert b"Traceback" not in shown


def _until(master: int, *words: bytes) -> bytes:
    shown, end = b"", time.monotonic() + PATIENCE
    while not all(word in shown for word in words):
        ready, _, _ = select.select([master], [], [], max(0, end - time.monotonic()))
        assert ready, f"{words} did not come: {shown!r}"
        shown += os.read(master, 65536)
    return shown


def _rest(master: int) -> bytes:
    shown = b""
    try:
        while data := os.read(master, 65536):
            shown += data
    except OSError:
        pass  # the other end is closed
    os.close(master)
    return shown


def test_the_module_can_be_called_without_a_site(tmp_path: Path, site: Site) -> None:
    done = site.call("--help")
    assert (done.status, done.err) == (0, "")
    assert "run" in done.out
    assert site.call("nosuchcommand").status == 2
    assert site.call("verify", cwd="/").status == 2
