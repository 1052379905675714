"""A post of somebody else's that uses each option of the contract, on its page and in its feed."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from .conftest import Site, one

ATOM = "{http://www.w3.org/2005/Atom}"
PAGE = "2010/a-strangers-post/index.html"

POST = """\
Title: A stranger's post
Date: 2010-01-02 03:04
Category: Notes
Environment: tokyo
Summary: What a stranger wrote.

Shown as it stands:

```console
$ rm -rf /
# never run
```

A file, and a session that uses it:

```make file=Makefile
all:
\t@echo "made <it>"
```

```console run
$ make
made <it>
$ echo a; date +%Z; seq 9; echo b
a
{{…}}ST
...
b
$ for word in one two; do
>   echo "$word"
> done
one
two
$ (exit 3)
[3]
```

```console run session=other timeout=5s exit=any
$ ls Makefile
$ nosuchcommand
```

```console run hide
$ echo "x,y" >table.csv; echo "1,2.5" >>table.csv
$ echo '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>' >line.svg
```

```console run hide=output figure=line.svg alt="A line & more" table=table.csv
$ echo secret output
```

```console run placeholder="[0-9]+ ns"
$ echo took $(date +%N | sed s/^0*//) ns
took 1 ns
```

```console run then=2009-03-08
$ printf 'kept\\nnew\\n'
kept
old
```

```console run session=long
$ seq 100
```

```console run session=colour
$ printf '\\033[31mred\\033[0m \\033]8;;https://example.org/\\033\\\\link\\033]8;;\\033\\\\ <b>\\n'
```

The end.
"""

ABOUT = "Title: About\n\n```console run\n$ echo about\n```\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("stranger") / "site")
    site.settings = 'TRANSCRIPTS_ENVIRONMENTS = {"here": {}, "tokyo": {"timezone": "Asia/Tokyo"}}\n'
    site.write("notes/stranger.md", POST)
    site.write("pages/deep/about.md", ABOUT)
    done = site.build()
    assert done.status == 0, done.said
    return site


@pytest.fixture(scope="module")
def page(built: Site) -> LexborHTMLParser:
    return built.page(PAGE)


def _figure(page: LexborHTMLParser, word: str) -> LexborNode:
    """The one figure whose commands hold a word."""
    (found,) = [
        figure
        for figure in page.css("figure.transcript")
        if any(word in command.text() for command in figure.css("kbd"))
    ]
    return found


def _shown(figure: LexborNode) -> str:
    return "\n".join(pre.text() for pre in figure.css("pre"))


def test_a_static_block_is_shown_as_it_stands(page: LexborHTMLParser) -> None:
    figure = _figure(page, "rm -rf /")
    assert _shown(figure) == "$ rm -rf /\n# never run"
    assert figure.css_first("figcaption") is None


def test_a_file_is_shown_highlighted_under_its_name(page: LexborHTMLParser) -> None:
    figure = one(page, "figure.file")
    assert one(figure, "figcaption code").text() == "Makefile"
    assert one(figure, "pre").text() == 'all:\n\t@echo "made <it>"\n'
    assert figure.css_first("pre span") is not None


def test_a_transcript_has_the_structure_of_the_contract(page: LexborHTMLParser) -> None:
    figure = _figure(page, "make")
    assert _shown(figure) == (
        "$ make\nmade <it>\n$ echo a; date +%Z; seq 9; echo b\na\nJST\n"
        "1\n2\n3\n4\n5\n6\n7\n8\n9\nb\n"
        '$ for word in one two; do\n>   echo "$word"\n> done\none\ntwo\n'
        "$ (exit 3)\nexit status 3"
    )
    pre = one(figure, "pre")
    assert {name: pre.attributes[name] for name in ("tabindex", "role", "translate")} == {
        "tabindex": "0",
        "role": "group",
        "translate": "no",
    }
    assert (pre.attributes["aria-label"] or "").startswith("Transcript: ")
    assert [child.tag for child in pre.iter()] == ["samp"]
    assert {node.tag for node in pre.css("samp *")} <= {"span", "kbd", "a"}
    assert [prompt.text() for prompt in figure.css("span.prompt")] == [
        "$ ",
        "$ ",
        "$ ",
        "> ",
        "> ",
        "$ ",
    ]
    assert one(figure, "span.status").text() == "exit status 3"
    assert figure.attributes["data-verdict"] == "holds"


def test_any_exit_status_is_shown_where_any_is_allowed(page: LexborHTMLParser) -> None:
    shown = _shown(_figure(page, "nosuchcommand"))
    assert "ls: cannot access 'Makefile': No such file or directory\nexit status 2\n" in shown
    assert shown.endswith("exit status 127")


def test_a_session_tells_when_and_on_what_it_ran(page: LexborHTMLParser) -> None:
    caption = one(_figure(page, "nosuchcommand"), "figcaption > p")
    assert re.match(r"Ran \d+ \w+ \d{4} · Linux \d+\.\d+\S*, tmpfs, bash \S+, ", caption.text())
    assert one(caption, "time").attributes["datetime"]
    assert [link.text() for link in caption.css("a")] == ["plain text", "script"]


def test_what_is_hidden_is_not_shown(built: Site, page: LexborHTMLParser) -> None:
    assert "table.csv;" not in one(page, "main").text()
    assert _shown(_figure(page, "echo secret output")) == "$ echo secret output"


def test_a_figure_is_a_picture_with_its_text_and_size(page: LexborHTMLParser) -> None:
    image = one(page, "figure.plot img")
    assert {name: image.attributes[name] for name in ("alt", "width", "height")} == {
        "alt": "A line & more",
        "width": "30",
        "height": "20",
    }


def test_a_table_has_heads_and_numbers(page: LexborHTMLParser) -> None:
    table = one(page, "figure.table table")
    assert [cell.text() for cell in table.css('th[scope="col"]')] == ["x", "y"]
    assert [cell.text() for cell in table.css("td.number")] == ["1", "2.5"]


def test_what_a_placeholder_matches_is_shown_as_recorded(page: LexborHTMLParser) -> None:
    figure = _figure(page, "took")
    assert re.search(r"\ntook [0-9]+ ns$", _shown(figure))
    assert figure.attributes["data-verdict"] == "holds"


def test_then_and_now_stand_side_by_side_with_a_verdict(page: LexborHTMLParser) -> None:
    section = one(page, "section.then-now")
    assert section.attributes["aria-label"] == "Then and now: printf"
    then, now = section.css("figure.transcript")
    assert (then.id, now.id) == ("printf-then", "printf-now")
    assert then.attributes["data-verdict"] == now.attributes["data-verdict"] == "changed"
    assert _shown(then).endswith("\nkept\nold")
    assert _shown(now).endswith("\nkept\nnew")
    assert [mark.text() for mark in section.css(".differs")] == ["old", "new"]
    assert one(then, "figcaption p").text() == "Then · 8 March 2009 · permalink"
    assert one(then, "figcaption a").attributes["href"] == f"#{then.id}"
    assert one(now, "figcaption p").text().startswith("Now · changed since · ran ")


def test_long_output_is_folded(page: LexborHTMLParser) -> None:
    figure = _figure(page, "seq 100")
    first, folded, last = (pre.text().split("\n") for pre in figure.css("pre"))
    assert (len(first), len(last)) == (20, 10)
    assert [*first, *folded, *last] == ["$ seq 100", *map(str, range(1, 101))]
    assert one(figure, "details summary").text() == "71 more lines"


def test_colours_and_links_of_the_terminal_are_shown(page: LexborHTMLParser) -> None:
    figure = _figure(page, "033[31m")
    assert one(figure, "span.fg-red").text() == "red"
    assert one(figure, "samp a").attributes["href"] == "https://example.org/"
    assert _shown(figure).endswith("\nred link <b>")


def test_ids_are_unique(built: Site, page: LexborHTMLParser) -> None:
    ids = [node.id for node in page.css("[id]")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", [PAGE, "about/index.html"])
def test_downloads_are_where_the_page_says(built: Site, path: str) -> None:
    links = [
        reference
        for node in built.page(path).css("figure a, figure img")
        if (reference := node.attributes.get("href") or node.attributes.get("src") or "")
        if "transcripts/" in reference
    ]
    assert links
    for link in links:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
        assert (built.root / "output" / target).is_file(), link


def test_downloads_hold_the_session(built: Site) -> None:
    folder = built.root / "output/transcripts/notes/stranger"
    assert sorted(path.name for path in folder.iterdir()) == [
        "colour.sh",
        "colour.txt",
        "long.sh",
        "long.txt",
        "main-line.svg",
        "main-table.csv",
        "main.sh",
        "main.txt",
        "other.sh",
        "other.txt",
    ]
    script = (folder / "main.sh").read_text()
    assert script.startswith("#!/bin/bash\n\ncat >Makefile <<'END'\nall:\n\t@echo")
    assert '>table.csv; echo "1,2.5" >>table.csv\n' in script
    text = (folder / "main.txt").read_text()
    assert "$ make\nmade <it>\n" in text
    assert "$ (exit 3)\n[exit status 3]\n" in text
    assert (folder / "main-table.csv").read_text() == "x,y\n1,2.5\n"


def test_a_page_in_a_directory_is_woven_too(built: Site) -> None:
    figure = one(built.page("about/index.html"), "figure.transcript")
    assert _shown(figure) == "$ echo about\nabout"
    assert (built.root / "content/pages/deep/about.recording").is_file()


# --- In the feed ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def entry(built: Site) -> LexborHTMLParser:
    feed = ET.fromstring(built.text("feeds/all.atom"))
    (found,) = feed.iter(f"{ATOM}entry")
    content = found.find(f"{ATOM}content")
    assert content is not None
    return LexborHTMLParser(content.text or "")


def test_a_feed_holds_the_feed_s_form_of_each_transcript(entry: LexborHTMLParser) -> None:
    body = entry.body
    assert body is not None
    assert body.css_first("section, details, script, style, svg, iframe") is None
    inside = {node.tag for node in body.css("pre *")}
    assert inside <= {"samp", "span", "kbd", "a", "code"}
    for node in body.css("figure, figure *"):
        assert not {"class", "id", "role", "tabindex"} & set(node.attributes), node.html
        assert not [name for name in node.attributes if name.startswith("data-")]


def test_a_feed_loses_nothing_but_what_is_folded(entry: LexborHTMLParser) -> None:
    texts = [pre.text() for pre in entry.css("pre")]
    assert any(text.startswith("$ make\nmade <it>\n$ echo a;") for text in texts)
    assert any(text.endswith("\nkept\nold") for text in texts)
    assert any(text.endswith("\nkept\nnew") for text in texts)
    assert any(text.endswith("\nred link <b>") for text in texts)
    assert "… 71 more lines: see the plain text …" in [p.text() for p in entry.css("p")]
    assert [cell.text() for cell in entry.css("th")] == ["x", "y"]


def test_a_feed_colours_by_itself(entry: LexborHTMLParser) -> None:
    styles = {node.attributes["style"]: node.text() for node in entry.css("pre [style]")}
    assert styles == {"color: #df2f22": "red"}


def test_newlines_stand_between_tags_in_a_feed(built: Site) -> None:
    feed = ET.fromstring(built.text("feeds/all.atom"))
    (content,) = [node.text or "" for node in feed.iter(f"{ATOM}content")]
    for pre in re.findall(r"<pre><samp>(.*?)</samp></pre>", content, re.DOTALL):
        for before, after in re.findall(r"(.)\n(.)", pre):
            assert (before, after) == (">", "<") or "\n" in (before, after), pre


def test_links_of_a_feed_are_absolute_and_resolve(built: Site, entry: LexborHTMLParser) -> None:
    links = [
        reference
        for node in entry.css("figure a, figure img")
        if (reference := node.attributes.get("href") or node.attributes.get("src") or "")
        if "transcripts/" in reference
    ]
    assert links
    for link in links:
        assert link.startswith("https://example.org/transcripts/notes/stranger/")
        name = link.removeprefix("https://example.org/")
        assert (Path(built.root) / "output" / name).is_file()
