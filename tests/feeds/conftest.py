"""What the tests of the feeds share: a whole small site, and the text of its posts."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from feeds.rules import SUFFIXES, feed_problems

ROOT = Path(__file__).parents[2]

POST = """Title: {title}
Date: {date}
Slug: {slug}
Category: Debian
Tags: C, C++, C#

A first paragraph with [a link](../other/) and a note.[^1]

## A heading

<figure class="transcript" id="t"><figcaption><p>Now</p></figcaption>
<pre tabindex="0"><samp><span class="prompt">$ </span><kbd>true</kbd>
<span>first</span>
<span>second</span></samp></pre></figure>

[^1]: The note.
"""

CONF = """
from pathlib import Path
exec((Path({root!r}) / "pelicanconf.py").read_text())
PATH = "content"
THEME = {root!r} + "/theme"
PLUGIN_PATHS = [{root!r} + "/plugins"]
PLUGINS = ["feeds"]
"""


class Site:
    """A site in a directory of its own, built by Pelican in a process of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.content = directory / "content"
        self.content.mkdir()
        self.settings = ""

    def write(self, path: str, text: str | bytes) -> None:
        target = self.content / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def build(self) -> subprocess.CompletedProcess[str]:
        shutil.rmtree(self._directory / "output", ignore_errors=True)
        conf = self._directory / "conf.py"
        conf.write_text(CONF.format(root=str(ROOT)) + self.settings)
        command = ["-m", "pelican", "--log-handler", "plain", "--fatal", "errors", "-s", str(conf)]
        return subprocess.run(
            [sys.executable, *command],
            cwd=self._directory,
            text=True,
            capture_output=True,
            check=False,
        )

    def feeds(self) -> list[Path]:
        return sorted(self._directory.glob("output/feeds/**/*.atom"))

    def files(self) -> dict[str, bytes]:
        """Return all that readers of feeds may fetch, by its path below the site's URL."""
        output = self._directory / "output"
        found = (path for path in output.rglob("*") if path.suffix in SUFFIXES)
        return {path.relative_to(output).as_posix(): path.read_bytes() for path in sorted(found)}

    def problems(self) -> list[str]:
        return [p for path, data in self.files().items() for p in feed_problems(Path(path), data)]

    def text(self, path: str = "feeds/all.atom") -> str:
        return (self._directory / "output" / path).read_text(encoding="utf-8")

    def feed(self, path: str = "feeds/all.atom") -> ET.Element:
        """Build, and return the feed; a build that fails fails the test with its words."""
        built = self.build()
        assert built.returncode == 0, built.stdout + built.stderr
        return ET.fromstring(self.text(path))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def post() -> Callable[..., str]:
    """Return the text of a post; what is named differs from the usual."""

    def text(**changes: str) -> str:
        usual = {"title": "A post", "date": "2009-03-08 18:21", "slug": "a-post"}
        return POST.format(**{**usual, **changes})

    return text
