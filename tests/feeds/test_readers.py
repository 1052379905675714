"""The same post as programs show it that people read feeds with: nothing lost, nothing doubled."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import indent

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from .conftest import ROOT
from .reading import READERS, lynx, newsboat, planet, rss2email, simplepie

pytestmark = pytest.mark.xdist_group("readers")

CONF = """
import sys
sys.path.insert(0, {root!r})
from pelicanconf import *
PATH = "content"
THEME = {root!r} + "/theme"
PLUGIN_PATHS = [{root!r} + "/plugins"]
PLUGINS = ["transcripts", "prose", "feeds"]
RELATIVE_URLS = False
"""

TITLE = "Tabs & <stdio.h>: what --all readers show"
FIRST = r"""$ printf 'plain\n\ttabbed\n\nafter a blank line\n'
plain
        tabbed

after a blank line
$ printf '\033[31mred\033[0m and \033[1;32mgreen\033[0m, ünïcödé, 日本語\n'
red and green, ünïcödé, 日本語
$ printf 'no newline at its end'
no newline at its end
$ (exit 3)
exit status 3
"""
THEN = '$ echo "the answer is 42"\nthe answer is 41\n'
NOW = '$ echo "the answer is 42"\nthe answer is 42\n'
BEGINNING = "$ seq -f 'line %g of many' 1 200\n" + "".join(
    f"line {number} of many\n" for number in range(1, 20)
)
END = "".join(f"line {number} of many\n" for number in range(191, 201))
ALT = "Two bars, the second twice as high"


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site of one post, whose examples are run, and return where it is."""
    root = tmp_path_factory.mktemp("readers")
    (root / "content").mkdir()
    (root / "content" / "post.md").write_bytes((READERS / "post.md").read_bytes())
    (root / "conf.py").write_text(CONF.format(root=str(ROOT)))
    command = [sys.executable, "-m", "pelican", "--fatal", "errors", "-s", "conf.py"]
    built = subprocess.run(command, cwd=root, text=True, capture_output=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return root / "output"


@pytest.fixture(params=["atom", "rss"])
def feed(request: pytest.FixtureRequest, output: Path) -> Path:
    return output / "feeds" / f"all.{request.param}"


@pytest.fixture
def address(output: Path) -> Iterator[str]:
    """Serve the site, and return where."""
    handler = partial(_Quiet, directory=str(output))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def transcripts(html: str) -> list[str]:
    """Return the texts of all transcripts, each with a newline at its end."""
    return [f"{pre.text()}\n" for pre in LexborHTMLParser(html).css("pre")]


def assert_whole(html: str) -> None:
    """Fail unless the HTML still has all that the post shows."""
    found = transcripts(html)
    assert found[:5] == [FIRST, THEN, NOW, BEGINNING, END]
    assert found[5].startswith("$ printf '<svg xmlns=")
    assert found[6] == "$ printf 'file,bytes\\nMakefile,12\\nmain.c,3456\\n' > sizes.csv\n"
    tree = LexborHTMLParser(html)
    cells = [cell.text() for cell in tree.css("th, td")]
    assert cells == ["file", "bytes", "Makefile", "12", "main.c", "3456"]
    assert [image.attributes["alt"] for image in tree.css("img")] == [ALT]
    words = tree.text()
    assert words.index("Then · 8 March 2009") < words.index("Now · changed since")
    assert "… 171 more lines: see the plain text …" in words


def test_feedparser_finds_nothing_wrong_and_loses_nothing(feed):
    read = feedparser.parse(feed.read_bytes())
    assert not read.bozo
    (entry,) = read.entries
    assert entry.title == TITLE
    assert entry.id == "tag:example.org,2009:post/post.md"
    assert_whole(entry.content[0].value if "content" in entry else entry.summary)


def test_simplepie_loses_nothing(feed, tmp_path):
    read = simplepie(feed, tmp_path)
    (entry,) = read["entries"]
    assert read["title"] == "Run, not remembered"
    assert entry["title"] == TITLE
    assert entry["id"] == "tag:example.org,2009:post/post.md"
    assert entry["link"] == "https://example.org/2009/readers/"
    assert entry["author"] == "The author of this blog"
    assert_whole(entry["html"])


def test_a_planet_that_strips_classes_and_styles_loses_nothing(feed, tmp_path):
    (entry,) = feedparser.parse(feed.read_bytes()).entries
    html = planet(entry.summary, tmp_path)
    assert "span" not in html
    assert "style" not in html
    assert_whole(html)


def test_newsboat_shows_each_line(feed, tmp_path):
    text = newsboat(feed, tmp_path)
    assert f"Title: {TITLE}\n" in text
    assert "\nHolds · ran " in text
    assert f"\n{FIRST}\nThen · 8 March 2009 · permalink[2]\n{THEN}\nNow · changed since" in text
    assert f"\n{NOW}\nRan " in text
    assert f"\n{BEGINNING}\n… 171 more lines: see the plain text[3] …\n{END}\n$ printf" in text
    assert f"\n\n[image 5: {ALT}]\n" in text
    assert "sizes.csv\n\nfile     bytes\nMakefile 12\nmain.c   3456\n" in text


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_mail_of_rss2email_shows_each_line(address, form, tmp_path):
    mail = rss2email(f"{address}/feeds/all.{form}", tmp_path)
    text = mail.get_content()
    assert mail["subject"] == TITLE
    for transcript in (FIRST, THEN, NOW, BEGINNING, END):
        assert text.count(indent(transcript, "    ", lambda _: True)) == 1
    assert text.count("line 10 of many") == 1
    assert "\nfile| bytes  \n---|---  \nMakefile| 12  \nmain.c| 3456  \n" in text
    assert f"![{ALT}](" in " ".join(text.split())


def test_lynx_shows_each_line_of_an_entry(feed, tmp_path):
    (entry,) = feedparser.parse(feed.read_bytes()).entries
    text = lynx(f"<title>x</title>{entry.summary}", tmp_path)
    for transcript in (FIRST, THEN, NOW, BEGINNING, END):
        assert text.count(transcript) == 1
    assert f"{ALT}\n" in text


def test_lynx_shows_each_line_of_the_page(output, tmp_path):
    page = (output / "2009/readers/index.html").read_text(encoding="utf-8")
    text = lynx(page, tmp_path)
    for transcript in (FIRST, THEN, NOW, BEGINNING, END):
        assert transcript in text
    assert TITLE in text
