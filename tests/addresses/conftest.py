"""A small site, built by Pelican with this repository's settings, theme and some of its plugins."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

REPOSITORY = Path(__file__).resolve().parents[2]

CONF = """\
import sys
sys.path.insert(0, {root!r})
from pelicanconf import *

PATH = "content"
THEME = {root!r} + "/theme"
PLUGIN_PATHS = [{root!r} + "/plugins"]
PLUGINS = {plugins!r}
"""


@dataclass(frozen=True, slots=True)
class Built:
    """What one build said and how it ended."""

    status: int
    said: str


class Site:
    """A site in a directory of its own, built in a process of its own."""

    def __init__(self, root: Path, *plugins: str) -> None:
        self.root = root
        self.plugins = plugins
        self.settings = ""
        (root / "content").mkdir(parents=True)

    def write(self, path: str, text: str = "Text.\n", **fields: str) -> Path:
        """Write a post or page with these fields before its text."""
        usual = {} if path.startswith("pages/") else {"date": "2009-03-08", "category": "Debian"}
        named = {"title": Path(path).stem.title(), **usual, **fields}
        lines = (f"{name.capitalize()}: {value}\n" for name, value in named.items())
        target = self.root / "content" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(lines) + "\n" + text, encoding="utf-8")
        return target

    def build(self, *, output: str = "output", **environment: str) -> Built:
        conf = self.root / "conf.py"
        conf.write_text(CONF.format(root=str(REPOSITORY), plugins=self.plugins) + self.settings)
        command = [sys.executable, "-m", "pelican", "--log-handler", "plain", "-s", str(conf)]
        done = subprocess.run(
            [*command, "--fatal", "errors", "-o", output],
            cwd=self.root,
            env={"PATH": "/usr/bin:/bin", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Built(done.returncode, (done.stdout + done.stderr).replace(f"{self.root}/", ""))

    def good(self, **how: str) -> None:
        """Build; one that fails fails the test with its words."""
        built = self.build(**how)
        assert built.status == 0, built.said

    def bad(self) -> list[str]:
        """Build what cannot be, and return what was said of it: lines, and no traceback."""
        built = self.build()
        assert built.status != 0
        assert "Traceback" not in built.said
        return built.said.splitlines()

    def path(self, name: str) -> Path:
        return self.root / "output" / name

    def text(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8")

    def page(self, name: str) -> LexborHTMLParser:
        return LexborHTMLParser(self.text(name))

    def files(self, output: str = "output") -> dict[str, bytes]:
        """All files that a build wrote."""
        root = self.root / output
        found = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site", "addresses")
