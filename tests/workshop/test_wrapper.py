"""The script ./invoke, with a small lock of its own: one package, so that it is made in seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import REPOSITORY, write

pytestmark = pytest.mark.xdist_group("wrapper")  # one worker, so that it is made once

TASKS = """\
from invoke import task

@task(iterable=["path"])
def check(c, path):
    print("checked", *path)

@task
def new(c, title):
    "Make it new."
    print("new", title)
"""


@dataclass(frozen=True)
class Copy:
    """A copy of the wrapper with tasks and locks beside it."""

    root: Path

    def run(
        self, *arguments: str, cwd: Path | None = None, path: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "invoke"), *arguments],
            cwd=cwd or self.root,
            env=os.environ | ({"PATH": path} if path else {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    @property
    def made(self) -> tuple[int, int]:
        """What tells one .venv from another, and one run of pip from another."""
        return (self.root / ".venv").stat().st_ino, (
            self.root / ".cache/venv.log"
        ).stat().st_mtime_ns


def locked(package: str) -> str:
    """The part of the lock that is about one package."""
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{package}=="))
    rest = (n for n, line in enumerate(lines[first + 1 :], first + 1) if not line.startswith(" "))
    return "\n".join(lines[first : next(rest, len(lines))]) + "\n"


def copy(root: Path) -> Copy:
    root.mkdir()
    shutil.copy(REPOSITORY / "invoke", root)
    write(root, "tasks.py", TASKS)
    write(root, "requirements.txt", locked("invoke"))
    write(root, "requirements-dev.txt", "")
    return Copy(root)


@pytest.fixture(scope="module")
def made_by_two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, list[str]]:
    """A copy, in a directory with an odd name, whose .venv two made that started at once."""
    here = copy(tmp_path_factory.mktemp("wrapper") / "a [b] & c")
    command = [str(here.root / "invoke"), "check"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=300) for process in both]
    assert [(process.returncode, out) for process, (out, _) in zip(both, told, strict=True)] == [
        (0, "checked\n")
    ] * 2, told
    return here, [err for _, err in told]


@pytest.fixture
def made(made_by_two: tuple[Copy, list[str]]) -> Copy:
    """A copy that has its .venv."""
    return made_by_two[0]


def test_two_that_start_at_once_make_one_environment(made_by_two: tuple[Copy, list[str]]):
    told = "".join(made_by_two[1])
    assert told.count("invoke: making .venv with Python 3.") == 1
    assert told.count("invoke: waiting for another ./invoke that makes .venv") == 1


def test_where_nothing_changed_nothing_is_installed(made: Copy):
    before = made.made
    again = made.run("check")
    assert (again.stdout, again.stderr) == ("checked\n", "")
    assert made.made == before


def test_tasks_run_from_any_directory(made: Copy, tmp_path: Path):
    assert made.run("check", cwd=tmp_path).stdout == "checked\n"


def test_the_wrapper_may_be_called_by_a_link(made: Copy, tmp_path: Path):
    (tmp_path / "site").symlink_to(made.root)
    by_link = subprocess.run(
        [tmp_path / "site/invoke", "check"], capture_output=True, text=True, check=True
    )
    assert (by_link.stdout, by_link.stderr) == ("checked\n", "")


def test_programs_of_the_environment_can_be_called_by_hand(made: Copy):
    done = subprocess.run(
        [made.root / ".venv/bin/invoke", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Invoke ")
    assert not (made.root / ".cache/venv.new").exists()


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (("check", "a.md", "b c.md"), "checked a.md b c.md\n"),
        (("check", "--path=a.md", "$(b)"), "checked a.md $(b)\n"),
        (("new", "A title; it's odd"), "new A title; it's odd\n"),
    ],
)
def test_words_reach_the_task_as_they_were_typed(made: Copy, arguments: tuple[str, ...], out: str):
    assert made.run(*arguments).stdout == out


def test_without_a_task_the_tasks_are_listed(made: Copy):
    assert made.run().stdout.startswith("Available tasks:\n")


def test_help_is_not_taken_for_a_title(made: Copy):
    assert "Make it new." in made.run("new", "--help").stdout


def test_the_exit_status_is_the_task_s(made: Copy):
    assert made.run("nosuch").returncode == 1


def test_a_lock_that_changed_makes_a_new_environment_and_a_failed_one_keeps_the_old(made: Copy):
    before = made.made[0]
    lock = made.root / "requirements.txt"
    good = lock.read_text()
    lock.write_text(good.replace("sha256:", "sha256:0"))
    failed = made.run("check")
    assert failed.returncode == 2
    assert "the packages could not be installed" in failed.stderr
    assert made.made[0] == before

    write(made.root, ".cache/venv.new/half", "what a wrapper leaves that was killed")
    lock.write_text(good + "# newer\n")
    assert made.run("check").stdout == "checked\n"
    assert made.made[0] != before
    assert not (made.root / ".cache/venv.new").exists()


@pytest.fixture
def tools(tmp_path: Path) -> Callable[..., str]:
    """A PATH with these programs and no others."""

    def only(*names: str) -> str:
        for name in names:
            found = shutil.which(name)
            assert found
            write(tmp_path, f"bin/{name}", f'#!/bin/sh\nexec {found} "$@"\n').chmod(0o755)
        return str(tmp_path / "bin")

    return only


def test_without_python_the_cure_is_told(tmp_path: Path, tools: Callable[..., str]):
    here = copy(tmp_path / "site")
    path = tools("cat", "flock", "id", "mkdir", "readlink", "rm", "sha256sum")
    done = here.run("check", path=path)
    assert done.returncode == 2
    assert done.stderr == (
        "invoke: no Python 3.11 or newer with venv was found; install one:"
        " sudo apt-get install python3-venv\n"
    )
    assert not (here.root / ".venv").exists()


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path, tools: Callable[..., str]):
    here = copy(tmp_path / "site")
    path = tools("cat", "flock", "id", "mkdir", "readlink", "rm", "sha256sum")
    write(Path(path), "python3", "#!/bin/sh\nexit 1\n").chmod(0o755)
    assert "no Python 3.11 or newer" in here.run("check", path=path).stderr
