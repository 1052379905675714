"""System packages that the examples and the tests need."""

from __future__ import annotations

from pathlib import Path

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


def test_the_repository_s_own_list_for_tests_has_the_browser_and_repeats_nothing():
    pairs = system.parse((REPOSITORY / system.DEV_LIST).read_text())
    others = system.parse((REPOSITORY / system.LIST).read_text())
    assert ("chromium", "chromium") in pairs
    assert not {package for package, _ in pairs} & {package for package, _ in others}


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


def test_what_only_tests_need_is_asked_for_only_with_its_list(project: Project):
    write(project.root, system.LIST, "nosuch-package nosuch-program\n")
    write(project.root, system.DEV_LIST, "other-package no-other-program\n")
    assert system.missing(project) == ("nosuch-package",)
    both = ("nosuch-package", "other-package")
    assert system.missing(project, system.LIST, system.DEV_LIST) == both


def test_what_apt_complains_of_is_told_in_one_line(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
):
    # The real one would ask the network again, and change the system if it found something.
    says = "#!/bin/sh\necho reading\necho 'E: no such package' >&2\nexit 100\n"
    write(tmp_path, "bin/apt-get", says).chmod(0o755)
    write(tmp_path, "bin/sudo", '#!/bin/sh\nshift; exec "$@"\n').chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    write(project.root, system.LIST, "nosuch-package nosuch-program\n")
    assert system.setup(project) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "setup: installing nosuch-package",
        "setup: apt-get failed: no such package",
    ]
    assert said[2].startswith("setup: missing: nosuch-package; install with: ")
