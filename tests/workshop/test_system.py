"""System packages that the examples need."""

from __future__ import annotations

import pytest

from workshop import system
from workshop.project import Project

from .conftest import REPOSITORY, write


def test_the_list_names_packages_and_the_programs_that_show_them():
    text = "# about\n\nbubblewrap  bwrap  # the sandbox\nmake\n"
    assert system.parse(text) == (("bubblewrap", "bwrap"), ("make", "make"))


def test_the_repository_s_own_list_can_be_read_and_has_the_sandbox():
    pairs = system.parse((REPOSITORY / system.LIST).read_text())
    assert ("bubblewrap", "bwrap") in pairs


def test_a_package_is_missing_when_its_program_is_not_there(project: Project):
    write(project.root, system.LIST, "shell sh\nnosuch-package nosuch-program\n")
    assert system.missing(project) == ("nosuch-package",)


def test_setup_says_so_when_nothing_is_missing(
    project: Project, capsys: pytest.CaptureFixture[str]
):
    write(project.root, system.LIST, "shell sh\n")
    assert system.setup(project) == 0
    assert capsys.readouterr().out == "setup: everything that the examples need is here\n"


def test_where_nothing_can_be_installed_the_packages_are_named(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    write(project.root, system.LIST, "nosuch-package nosuch-program\n")
    monkeypatch.setenv("PATH", str(project.root))
    assert system.setup(project) == 1
    assert "missing: nosuch-package; install with: " in capsys.readouterr().out
