"""Two sites as they would be published, served on this machine, and what the checkers say of them.

The real one has this repository's posts, as they were recorded. The awkward one has posts that
are hard to show, of ``content/`` beside this file; its examples are run. Each is built once, and
each checker started once, for all tests of a worker.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workshop import node_tools
from workshop.project import Project

from .serving import served

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent

CONF = """\
import sys
sys.path.insert(0, {root!r})
from publishconf import *

PATH = "content"
THEME = {root!r} + "/theme"
PLUGIN_PATHS = [{root!r} + "/plugins"]
SITEURL = {address!r}
TRANSCRIPTS_RUN = {run!r}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A site, and where it is served."""

    directory: Path
    address: str
    said: str
    """What Pelican said while it built the site."""

    asked: list[str]
    """The path of each request so far."""

    def files(self) -> tuple[Path, ...]:
        """All pages."""
        return tuple(sorted(self.directory.rglob("*.html")))

    def url(self, path: str) -> str:
        """Of a path of the site, which must be there."""
        page = self.directory / path
        assert page.is_file() or (page / "index.html").is_file(), f"the site has no page {path!r}"
        return f"{self.address}/{path}"

    def urls(self) -> dict[str, str]:
        """Of each page that is read, not only led through: its path and its URL."""
        paths = [path.relative_to(self.directory).as_posix() for path in self.files()]
        names = [path.removesuffix("index.html") for path in paths]
        return {name: self.url(name) for name in names if not _leads_on(self.directory, name)}


class Checkers:
    """Runs the checkers of pages."""

    def __init__(self, where: Path) -> None:
        self.where = where

    def ask(self, script: str, **question: object) -> Any:
        """What a script of this directory answers; both are JSON."""
        browser = {"chromium": program("chromium")}
        done = subprocess.run(
            [program("node"), script],
            cwd=self.where,
            input=json.dumps({**browser, **question}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script} failed: {done.stderr}"
        return json.loads(done.stdout)

    def vnu(self, files: Sequence[Path]) -> list[dict[str, Any]]:
        """The messages of the W3C's checker on HTML, the styles in it, and pictures."""
        jar = self.where / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
        options = ["--format", "json", "--also-check-svg", "--exit-zero-always"]
        done = subprocess.run(
            [program("java"), "-jar", jar, *options, *files],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stderr)["messages"]
        assert isinstance(found, list)
        return found


def nothing(findings: Iterable[str]) -> None:
    """Fail with the findings, a line each, if there are any."""
    if found := list(findings):
        pytest.fail("\n".join(["", *found]), pytrace=False)


def program(name: str) -> str:
    path = shutil.which(name)
    assert path, f"there is no {name} on this machine; ./invoke test installs it"
    return path


@pytest.fixture(scope="session")
def checkers(tmp_path_factory: pytest.TempPathFactory) -> Checkers:
    """The scripts of this directory, beside the modules that they import."""
    installed = node_tools.directory(Project(REPOSITORY)) / "node_modules"
    assert installed.is_dir(), "the checkers of pages are not installed; ./invoke test does that"
    where = tmp_path_factory.mktemp("checkers")
    (where / "node_modules").symlink_to(installed)
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, where)
    return Checkers(where)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    yield from _published(tmp_path_factory.mktemp("real"), REPOSITORY / "content", "never")


@pytest.fixture(scope="session")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    yield from _published(tmp_path_factory.mktemp("awkward"), HERE / "content", "missing")


@pytest.fixture(scope="session")
def wrong() -> Iterator[Published]:
    """A page on which each checker has something to find, so that none can fall silent."""
    directory, asked = HERE / "wrong", list[str]()
    with served(directory, asked) as address:
        yield Published(directory=directory, address=address, said="", asked=asked)


@pytest.fixture(scope="session", params=["real", "awkward"])
def site(request: pytest.FixtureRequest) -> Published:
    """Each of the two sites."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Published)
    return found


def _published(root: Path, content: Path, run: str) -> Iterator[Published]:
    shutil.copytree(content, root / "content")
    output, asked = root / "output", list[str]()
    with served(output, asked) as address:
        conf = root / "conf.py"
        conf.write_text(CONF.format(root=str(REPOSITORY), address=address, run=run))
        command = [sys.executable, "-m", "pelican", "--log-handler", "plain", "-s", str(conf)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).replace(f"{root}/", "")
        assert (output / "index.html").is_file(), said
        assert "Cannot load plugin" not in said, said
        assert "Traceback" not in said, said
        yield Published(directory=output, address=address, said=said, asked=asked)


def _leads_on(directory: Path, name: str) -> bool:
    """Whether a page only leads to another, as those of ``Aliases:`` do."""
    page = directory / name
    file = page / "index.html" if page.is_dir() else page
    return 'http-equiv="refresh"' in file.read_text(encoding="utf-8")
