"""The checkers of pages are installed whole, once, or not at all; by the real npm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workshop import node_tools
from workshop.errors import WorkshopError
from workshop.project import Project

from .conftest import REPOSITORY, write

LOCK = {"name": "checks", "lockfileVersion": 3, "requires": True}


@pytest.fixture
def wanting(project: Project) -> Project:
    """A project that wants one package, which lies on this machine."""
    write(project.root, "tests/reading/package.json", '{"dependencies": {"own": "file:own"}}')
    packages = {
        "": {"dependencies": {"own": "file:own"}},
        "node_modules/own": {"resolved": "own", "link": True},
        "own": {"version": "1.0.0"},
    }
    lock = json.dumps({**LOCK, "packages": packages})
    write(project.root, "tests/reading/package-lock.json", lock)
    return project


def test_the_repository_s_own_lock_names_no_registry_and_has_all_hashes():
    text = (REPOSITORY / "tests" / "reading" / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    own = packages.pop("")
    assert '"resolved"' not in text
    assert all("integrity" in package for package in packages.values())
    assert own["dependencies"] == {
        name: packages[f"node_modules/{name}"]["version"] for name in own["dependencies"]
    }


def test_they_are_installed_once(wanting: Project, capsys: pytest.CaptureFixture[str]):
    first = node_tools.install(wanting)
    assert (first / "node_modules").is_dir()
    assert "installing the checkers" in capsys.readouterr().out
    assert node_tools.install(wanting) == first == node_tools.directory(wanting)
    assert capsys.readouterr().out == ""


def test_those_of_an_older_lock_are_replaced(wanting: Project):
    first = node_tools.install(wanting)
    lock = wanting.root / "tests" / "reading" / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    second = node_tools.install(wanting)
    assert second.is_dir()
    assert not first.exists()


def test_what_an_interrupted_installation_left_is_no_installation(wanting: Project):
    write(wanting.cache / "node.new" / "half", "node_modules/own/package.json", "{}")
    assert not node_tools.directory(wanting).exists()
    assert node_tools.install(wanting).is_dir()
    assert not (wanting.cache / "node.new").exists()


def test_of_two_that_install_at_once_one_does(wanting: Project):
    script = (
        "import sys; from pathlib import Path; from workshop import node_tools; "
        "from workshop.project import Project; node_tools.install(Project(Path(sys.argv[1])))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, wanting.root],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert "".join(said).count("installing") == 1
    assert (node_tools.directory(wanting) / "node_modules").is_dir()


def test_a_lock_that_npm_refuses_is_told_in_one_line_and_leaves_nothing(wanting: Project):
    write(wanting.root, "tests/reading/package.json", '{"dependencies": {"other": "file:other"}}')
    with pytest.raises(WorkshopError, match="the checkers of pages could not be installed: ") as it:
        node_tools.install(wanting)
    assert "\n" not in str(it.value)
    assert not node_tools.directory(wanting).exists()


def test_without_npm_the_complaint_says_what_to_install(
    wanting: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkshopError, match="install nodejs and npm"):
        node_tools.install(wanting)
