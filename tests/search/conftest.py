"""A small site that can be searched, served on this machine and asked in a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from workshop import node_tools
from workshop.project import Project

from ..addresses.conftest import REPOSITORY, Site

TRANSCRIPT = """\
<figure class="transcript" id="run-make" data-verdict="changed"><figcaption><p><b>Now</b> ·
changed since · zephyrlib 2.1</p></figcaption><pre tabindex="0"><samp><span class="prompt">$
</span><kbd>posix_fallocate --zero-range xylophone</kbd>
<span>glockenspiel: 67108864 bytes</span></samp></pre></figure>
"""


# Words of these stand amid runs of characters, some of them in a part of it that is emphasised.
CHINESE = (
    "我们写代码的时候。先看**标**题。Linux内核的世界里没有秘密 &amp; 北京 上海。\n\n第二段。\n"
)
# The same characters as in words of the other, but not in a row.
CHINESE_APART = "这一代人不看密码。界外有世、题上有标、有人没来。\n"
THAI = "ภาษาไทยเขียนติดกันไม่มีช่องว่างระหว่างคำ\n"


class Browser:
    """Chromium, in front of a site that is served from a directory of its host."""

    def __init__(self, where: Path, address: str) -> None:
        self._where = where
        self.address = address

    def ask(self, **question: object) -> Any:
        """What the search page shows then; `type` is typed, `query` stands in the address."""
        query = question.pop("query", "")
        pages = [{"url": f"{self.address}/search/{query}", **question}]
        done = subprocess.run(
            [_program("node"), "ask.mjs"],
            cwd=self._where,
            input=json.dumps({"chromium": _program("chromium"), "pages": pages}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (answer,) = json.loads(done.stdout)
        return answer


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("search") / "blog", "search")
    site.write("make.md", f"A post about inodes.\n\n{TRANSCRIPT}", title="Make & time")
    site.write(
        "later.md", "C++ is no C.\n\n&lt;img src=x onerror=alert(1)&gt; tambourine\n",
        date="2011-01-01", category="Linux", tags="harpsichord",
    )  # fmt: skip
    for number in range(12):
        site.write(f"many/{number}.md", "Bassoon.\n", title=f"Many {number}", category="Many")
    site.write("chinese.md", CHINESE, title="Zhongwen 世界没有银弹", slug="chinese")
    site.write("apart.md", CHINESE_APART, title="Apart")
    site.write("thai.md", THAI)
    japanese = (REPOSITORY / "tests/reading/content/japanese.md").read_text(encoding="utf-8")
    site.write("japanese.md", japanese.partition("\n\n")[2], title="Japanese 猫の記事", lang="ja")
    site.write("draft.md", "Bagpipe.\n", status="draft")
    site.write("pages/about.md", "Mandolin.\n")
    site.good()
    return site


@pytest.fixture(scope="module")
def browser(built: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    installed = node_tools.directory(Project(REPOSITORY)) / "node_modules"
    assert installed.is_dir(), "the checkers of pages are not installed; ./invoke test does that"
    where = tmp_path_factory.mktemp("browser")
    (where / "node_modules").symlink_to(installed)
    shutil.copy(Path(__file__).with_name("ask.mjs"), where)
    handler = partial(_Quiet, directory=str(built.root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        # The site is not at the root of its host, as it may be on a page of a project.
        yield Browser(where, f"http://127.0.0.1:{server.server_port}/output")
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _program(name: str) -> str:
    path = shutil.which(name)
    assert path, f"there is no {name} on this machine; ./invoke test installs it"
    return path
