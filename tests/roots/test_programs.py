"""Programs are heard line by line, and none outlives us."""

from __future__ import annotations

import asyncio
import os
import select
import threading

import pytest

from transcripts.errors import SandboxError
from transcripts.roots.programs import Ended, Program, failure, need, run


def test_lines_come_as_they_are_said_without_a_thread():
    heard: list[str] = []
    script = "echo one; echo two >&2; printf 'th\\rree'; exit 3"
    before = threading.active_count()  # other tests of this worker may have some
    ended = asyncio.run(run(Program(argv=("sh", "-c", script)), heard.append))
    assert ended == Ended(status=3, lines=("one", "two", "th", "ree"))
    assert heard == list(ended.lines)
    assert threading.active_count() == before


def test_cancelling_kills_its_children_too(tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 1000 & echo $! $$ > {pids}; echo ready; wait"

    async def cut() -> None:
        ready = asyncio.Event()
        running = asyncio.create_task(
            run(Program(argv=("sh", "-c", script)), lambda _line: ready.set())
        )
        await ready.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cut())
    assert all(_ends(int(pid)) for pid in pids.read_text().split())


def _ends(pid: int) -> bool:
    """Whether a process is over, or about to be."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], 10)[0])
    finally:
        os.close(fd)


def test_the_author_s_environment_stays_outside(monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    ended = asyncio.run(run(Program(argv=("env",), environment={"MINE": "y"})))
    assert "MINE=y" in ended.lines
    assert not any(line.startswith("SECRET") for line in ended.lines)


def test_what_is_missing_is_named_with_its_package():
    with pytest.raises(SandboxError, match="nosuch not installed; run 'invoke setup'"):
        need(("sh", "dash"), ("no-such-program", "nosuch"))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("tar: a: Cannot write: No space left on device", "no space left on the device"),
        ('unshare: no line matching user "a" in /etc/subuid', "you have no subordinate user ids"),
        ("unshare: unshare failed: Operation not permitted", "this system lets you make no user"),
        ("unshare: write failed /proc/self/uid_map: x", "this system gives user namespaces no"),
        ("E: it is so", "it is so"),
    ],
)
def test_a_failure_names_its_cure(line, complaint):
    said = str(failure("x", Ended(status=1, lines=(line, "E: later"))))
    assert said.startswith(f"x failed: {complaint}")


def test_a_package_that_cannot_be_set_up_is_named_with_what_it_said():
    lines = (
        "Setting up opentracker (0.0) ...",
        "/var/lib/dpkg/info/opentracker.postinst: 11: useradd: not found",
        "dpkg: error processing package opentracker (--configure):",
        " installed opentracker package post-installation script returned error exit status 127",
        "E: Sub-process env returned an error code (1)",
    )
    said = str(failure("mmdebstrap", Ended(status=1, lines=lines)))
    assert "useradd: not found" in said
    assert "package opentracker" in said
    assert said.endswith("exit status 127")


def test_a_program_that_closes_its_output_does_not_spin():
    before = os.times()
    asyncio.run(run(Program(argv=("sh", "-c", "exec >&- 2>&-; sleep 0.4"))))
    after = os.times()
    assert after.user + after.system - before.user - before.system < 0.2
