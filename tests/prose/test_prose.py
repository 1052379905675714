"""What becomes of titles, lines and tables."""

import pytest
from markdown import Markdown
from markupsafe import Markup
from typogrify.filters import typogrify

from prose.markdown_ext import ProseExtension
from prose.titles import shown, title_html

TABLE = "| a <b> | `a & b` |\n|---|---|\n| 1 | 2 |\n"


def _read(text: str) -> tuple[str, dict[str, list[str]]]:
    markdown = Markdown(extensions=["meta", "tables", "md_in_html", "toc", ProseExtension()])
    return markdown.convert(text), markdown.Meta  # type: ignore[attr-defined]  # of "meta"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("Why a < b & c > d", "Why a &lt; b &amp; c &gt; d"),
        ("vector<int>", "vector&lt;int&gt;"),
        ("</title><script>", "&lt;/title&gt;&lt;script&gt;"),
        ("--flags of ls", "-&#45;flags of ls"),
        ('The "--all" (--more)', 'The "-&#45;all" (-&#45;more)'),
        ("Then -- and now", "Then -- and now"),
        ("C++ -- and i--", "C++ -- and i--"),
        ("well--known", "well--known"),
        ("git push [--force]", "git push [-&#45;force]"),
        ("-x|--long", "-x|-&#45;long"),
        ("a=--b", "a=-&#45;b"),
        (r"sed s/\./x/", "sed s/&#92;./x/"),
    ],
)
def test_a_title_shows_what_was_typed(typed: str, html: str) -> None:
    assert title_html(typed) == html


def test_the_title_of_the_front_matter_is_text() -> None:
    assert _read("Title: a <b> & c\nDate: 2009-03-08\n\nText.\n")[1]["title"] == [
        "a &lt;b&gt; &amp; c"
    ]


@pytest.mark.parametrize("title", [r"a\.b \- \\c", "git push [--force]", "-x|--long", "a=--b"])
def test_typography_leaves_what_was_typed(title: str) -> None:
    assert Markup(typogrify(title_html(title))).striptags().replace("\xa0", " ") == title


def test_a_title_on_two_lines_is_one() -> None:
    assert _read("Title: One\n    and two\n\nText.\n")[1]["title"] == ["One and two"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Déjà vu: `make -j`", "deja-vu-make-j"),
        ("安装", "安装"),
        ("安装 Debian", "安装-debian"),
        ("التثبيت والتشغيل", "التثبيت-والتشغيل"),
        ("Über Straßen", "über-straßen"),
        ("½ of 10 µs…", "½-of-10-µs"),
        ("¿?", "_1"),
    ],
)
def test_the_id_of_a_heading_keeps_its_letters(heading: str, name: str) -> None:
    assert f'id="{name}"' in _read(f"## {heading}\n")[0]


def test_control_characters_are_shown() -> None:
    assert shown("a\x01\x1b\x7f\x85\ufffe\tb") == "a␁␛␡\ufffd\ufffd\tb"
    html, fields = _read("Title: a\x07b\n\nBell: \x07\n")
    assert fields["title"] == ["a␇b"]
    assert html == "<p>Bell: ␇</p>"


def test_a_table_takes_the_focus_and_has_a_name() -> None:
    html, _ = _read(TABLE)
    start = '<div aria-label="Table: a, a &amp; b" class="scroll" role="group" tabindex="0">'
    assert html.split("\n")[0] == start
    assert html.count("<table>") == html.count("</table>\n</div>") == 1


def test_a_table_in_a_quote_is_found_too() -> None:
    quoted = "".join(f"> {line}\n" for line in TABLE.splitlines())
    assert _read(quoted)[0].count('class="scroll"') == 1


def test_a_text_without_front_matter_is_read() -> None:
    assert _read("Text.")[0] == "<p>Text.</p>"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ('<img src="a.png">', '<p><img src="a.png" alt=""></p>'),
        ("<img src='a>b.png' />", "<p><img src='a>b.png' alt=\"\" /></p>"),
        ('<img alt src="a.png">', '<p><img alt src="a.png"></p>'),
        ('<img src="alt.png" ALT="x">', '<p><img src="alt.png" ALT="x"></p>'),
        ("`<img>`", "<p><code>&lt;img&gt;</code></p>"),
    ],
)
def test_a_picture_without_a_text_has_an_empty_one(typed: str, html: str) -> None:
    assert _read(typed)[0] == html
