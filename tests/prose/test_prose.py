"""What becomes of titles, lines and tables."""

import pytest
from markdown import Markdown
from markupsafe import Markup
from typogrify.filters import typogrify

from prose.markdown_ext import ProseExtension
from prose.references import References, reference_problems
from prose.source import Source
from prose.titles import shown, title_html

EXTENSIONS = ("meta", "tables", "md_in_html", "toc", "footnotes", "fenced_code")
TABLE = "| a <b> | `a & b` |\n|---|---|\n| 1 | 2 |\n"


def _read(text: str) -> tuple[str, dict[str, list[str]]]:
    markdown = Markdown(extensions=[*EXTENSIONS, ProseExtension()])
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
        ("C++ -- and i--", "C++ -- and i-&#45;"),
        ("well--known", "well-&#45;known"),
        ("<!-- c -->", "&lt;!-&#45; c -&#45;&gt;"),
        ("-- a --- b --", "-&#45; a -&#45;&#45; b -&#45;"),
        ("a -- b -- c --d", "a -- b -- c -&#45;d"),
        ("a - b-c", "a - b-c"),
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


@pytest.mark.parametrize(
    "title",
    [
        *(r"a\.b \- \\c", "git push [--force]", "-x|--long", "a=--b"),
        *("i--", "<!-- c -->", "-- a --- b--c --"),
    ],
)
def test_typography_leaves_what_was_typed(title: str) -> None:
    assert Markup(typogrify(title_html(title))).striptags().replace("\xa0", " ") == title


def test_a_dash_with_spaces_around_it_is_long() -> None:
    shown_title = Markup(typogrify(title_html("C++ -- and i--"))).striptags()
    assert shown_title.replace("\xa0", " ") == "C++ \u2014 and i--"


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
        ("हिन्दी में", "हिन्दी-में"),
        ("हनद", "हनद"),
        ("ที่นี่ `ls`", "ที่นี่-ls"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("U\u0308ber Stra\u00dfen", "über-straßen"),
        ("e\u0301a", "ea"),
        ("安装 ❤️ \u0301x - y", "安装-x-y"),
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


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (r"a \| b", "a | b"),
        (r"\*x \\ \[y\]", r"*x \ [y]"),
        ("a &lt; b &amp; c & d &eacute;", "a &lt; b &amp; c &amp; d é"),
        (
            '![What *it* shows](a.png) x <img alt="and & this" src="b.png"><br>',
            "What *it* shows x and &amp; this",
        ),
        ("<b title='x'>c</b> <!-- d -->", "c"),
    ],
)
def test_the_name_of_a_table_has_all_that_its_head_says(head: str, label: str) -> None:
    html, _ = _read(f"| {head} |\n|---|\n| 1 |\n")
    assert f'aria-label="Table: {label}"' in html


def _references(text: str) -> References:
    fields = _read(f"Title: a\n\n{text}\n")[1]
    (found,) = fields.get("prose_references", [References()])
    assert isinstance(found, References)
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A [^nope] and [^two words].", References(notes=("nope", "two words"))),
        ("A [^1].\n\n[^1]: It.\n[^u]: Unused [^v].", References(notes=("v",), unused=("u",))),
        (
            "[see][nosuch] ![a `b`][img] [none][]",
            References(links=("[see][nosuch]", "[…][img]", "[none][]")),
        ),
        ("[a][^c] [^d][e]", References(notes=("c", "d"))),
        ("[a\nb][no\nsuch]", References(links=("[a\nb][no\nsuch]",))),
        ("- | x |\n\n| [a][b] |\n|---|\n| [^c] |", References(notes=("c",), links=("[a][b]",))),
        ("`[^1]` and `[a][b]`\n\n```\n[^2] [a][b]\n```\n\n    [^3] [a][b]", References()),
        ("[see][Yes], ![x][yes], [yes][], [yes]\n\n[yes]: /a.html", References()),
        (r"\[^1] [^\]x] \[a][b] [a]\[b]", References()),
        ("m[i][j], f()[a][b], [a][b](c), [ ][ ], [1] [2], [a], [^], [][]", References()),
        ("[![a](b.png)](c) [a](b)[c](d)", References()),
        ("<div>\n[^1] [a][b]\n</div>", References()),
    ],
)
def test_what_a_text_refers_to_in_vain_is_found(text: str, found: References) -> None:
    assert _references(text) == found


def test_the_line_of_a_reference_is_that_outside_of_code() -> None:
    text = "Title: [^a]\n\n`[^a] [x][b]`\n[^a]: see\n\n[x][b] [^a] [`x`][c d]\n"
    found = References(notes=("a",), unused=("a",), links=("[x][b]", "[…][c d]", "[no][]"))
    assert [line for line, _ in reference_problems(found, Source(text))] == [6, 4, 6, 6, 1]


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
