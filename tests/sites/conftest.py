"""Whole sites, built by Pelican as an author would, with this repository's settings and theme."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

REPOSITORY = Path(__file__).resolve().parents[2]

CONF = """\
import sys
sys.path.insert(0, {root!r})
from pelicanconf import *

PATH = "content"
THEME = {root!r} + "/theme"
PLUGIN_PATHS = [{root!r} + "/plugins"]
"""


@dataclass(frozen=True, slots=True)
class Built:
    """What one build said and how it ended."""

    status: int
    said: str


class Site:
    """A site in a directory of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = ""
        (root / "content").mkdir(parents=True)

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / "content" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def build(self, *options: str) -> Built:
        conf = self.root / "conf.py"
        conf.write_text(CONF.format(root=str(REPOSITORY)) + self.settings)
        command = [sys.executable, "-m", "pelican", "--log-handler", "plain", "-s", str(conf)]
        done = subprocess.run(
            [*command, *options], cwd=self.root, text=True, capture_output=True, check=False
        )
        return Built(done.returncode, done.stdout + done.stderr)

    def pages(self) -> list[str]:
        output = self.root / "output"
        return sorted(str(path.relative_to(output)) for path in output.rglob("*.html"))

    def text(self, path: str) -> str:
        return (self.root / "output" / path).read_text(encoding="utf-8")

    def page(self, path: str) -> LexborHTMLParser:
        return LexborHTMLParser(self.text(path))

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.root / "content").iterdir())


def one(within: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """The first node that a selector finds, which must be there."""
    found = within.css_first(selector)
    assert found is not None, f"no {selector} in {within.html}"
    return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")
