"""How a task ends whose output goes nowhere, or whom the system does not let."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.project import Project

from .conftest import REPOSITORY, write

TASKS = f"""\
import subprocess, sys
sys.path.insert(0, {str(REPOSITORY / "plugins")!r})
from pathlib import Path
from invoke.tasks import task
from workshop import processes
from workshop.command import command
from workshop.errors import WorkshopError

@task
@command
def talk(_) -> int:
    for number in range(5):
        print(number)
    return 0

@task
@command
def shout(_) -> int:
    print("now", flush=True)
    return processes.run(["echo", "more"], cwd=Path("/"))

@task
@command
def complain(_) -> int:
    print("words")
    raise WorkshopError("no; yes")

@task
@command
def read(_) -> int:
    Path("/no/such/file").read_text()
    return 0
"""
FULL = "No space left on device; make space where it writes to, and where its output goes"


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("talk >/dev/full", 1, f"talk: cannot go on: standard output: {FULL}\n"),
        ("shout >/dev/full", 1, f"shout: cannot go on: standard output: {FULL}\n"),
        ("complain >/dev/full", 1, "complain: no; yes\n"),
        ("talk >&-", 0, ""),
        ("shout >&-", 0, ""),
        ("complain >&-", 1, "complain: no; yes\n"),
        ("read", 1, "read: cannot go on: /no/such/file: No such file or directory; mend that, and"),
    ],
)
def test_a_task_that_cannot_print_or_read_says_so_in_one_line(
    tmp_path: Path, typed: str, status: int, said: str
):
    done = typed_at_a_shell(tmp_path, f"{sys.executable} -m invoke {typed}")
    assert (done.returncode, done.stderr[: len(said)]) == (status, said)
    assert done.stderr.count("\n") == bool(said)


def test_a_reader_who_has_enough_ends_a_task_without_a_word(tmp_path: Path):
    done = typed_at_a_shell(
        tmp_path, f"{{ sleep 1; {sys.executable} -m invoke talk; echo $? >status; }} | :"
    )
    assert done.stderr == ""
    assert (tmp_path / "status").read_text() == "141\n"


def typed_at_a_shell(where: Path, line: str) -> subprocess.CompletedProcess[str]:
    write(where, "tasks.py", TASKS)
    return subprocess.run(
        ["sh", "-c", line],
        cwd=where,
        env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_file_that_cannot_be_deleted_is_named(project: Project):
    """Another user's would be such; a link that stands for a directory is one for anybody."""
    write(project.root, "kept/file", "kept")
    project.cache.mkdir()
    (project.cache / "site").symlink_to(project.root / "kept")
    invoked = subprocess.run(
        [sys.executable, "-m", "invoke", "build", "--no-run"],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert invoked.returncode == 1
    assert invoked.stderr.startswith("build: cannot delete ")
    assert invoked.stderr.endswith(f"root: sudo rm -r {project.cache / 'site'}\n")
    assert (project.root / "kept/file").exists()
