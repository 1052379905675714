"""Which tags of an author are told, and on which line; and that nothing else ever is."""

import runpy
from pathlib import Path

import pytest
from markdown import Markdown

from prose.markup import mistakes
from prose.source import Source


def _told(markdown: str) -> list[str]:
    options = runpy.run_path(str(Path(__file__).parents[2] / "pelicanconf.py"))["MARKDOWN"]
    return [mistake.text for mistake in mistakes(Markdown(**options).convert(markdown))]


def _no_element(tag: str) -> str:
    return f"<{tag}> is no element of HTML; write &lt;{tag}>, or put it in backquotes"


def _open(tag: str, name: str, *, before: str = "") -> str:
    what = f"is not closed before {before}" if before else "is never closed"
    return f"<{tag}> {what}; end it with </{name}>, or write &lt;{tag}> if it is text"


def _stray(tag: str) -> str:
    return f"<{tag}> ends nothing; remove it, or write &lt;{tag}> if it is text"


@pytest.mark.parametrize(
    ("markdown", "told"),
    [
        (
            "Run cp <src> <dst> and use std::vector<int> here.",
            [_no_element("src"), _no_element("dst"), _no_element("int")],
        ),
        (
            "a map<string,int> of <std::string>",
            list(map(_no_element, ("string,int", "std::string"))),
        ),
        ("See <src [a](b) *c* >", [_no_element("src …")]),
        ("See <src/main.c>.", [_no_element("src/main.c")]),
        ("A <foo>b</foo> and a </bar>.", [_no_element("foo"), _no_element("/bar")]),
        ("A <path> of none", [_no_element("path")]),
        ("a<b and c>d", [_open("b and c", "b", before="</p>")]),
        ("<p>An <em>open\n\nmore *x*", [_open("em", "em")]),
        ("<div>\n\nText.\n\n```text\n<b>\n```\n", [_open("div", "div")]),
        ("<my-src> is one's own", [_open("my-src", "my-src", before="</p>")]),
        ("## <b>\n\nText", [_open("b", "b", before="</h2>")]),
        ("a <b>x <i>y</b> z</i>", [_open("i", "i", before="</b>")]),
        ("<span>\n\nText\n\n</span>", [_open("span", "span", before="</p>")]),
        ("Text</div>\n\nmore", [_stray("/div")]),
        ("a </br> b", [_stray("/br")]),
        ("<span/> and <br/>", [_open("span/", "span", before="</p>")]),
        (
            "an <option> and <li>",
            [_open("li", "li", before="</p>"), _open("option", "option", before="</p>")],
        ),
        ("<script>\n1", [_open("script", "script")]),
        (
            "cp <source> <a>",
            [
                _no_element("source").replace(
                    "is no element of HTML", "shows nothing without attributes"
                ),
                _open("a", "a", before="</p>"),
            ],
        ),
        (
            "<div>\n<!-- never\n</div>\n",
            [
                "<!-- is never closed; end it with -->, or write &lt;!-- if it is text",
                _open("div", "div"),
            ],
        ),
        (f'<a href="{60 * "x"}">', [_open("a …", "a", before="</p>")]),
    ],
)
def test_a_tag_that_would_vanish_or_stay_open_is_told(markdown: str, told: list[str]) -> None:
    assert sorted(_told(markdown)) == sorted(told)


@pytest.mark.parametrize(
    "markdown",
    [
        "`<src>` and a < b and c > d, &lt;dst>, <https://example.org/>, <me@example.org>",
        "```cpp\nstd::vector<int> a;\n```\n\n    <indented>\n",
        "<ul><li>a<li>b</ul>\n<table><tr><td>1<td>2<tr><th>3</table>\n<dl><dt>a<dd>b</dl>\n",
        "<p>One\n<p>Two\n",
        "<select><option>a<option>b</select> <ruby>漢<rt>kan</ruby>",
        "a<br>b<br/>c<wbr>d <img src='a>b.png' alt=\"<b>\"> <input type=checkbox>",
        "<kbd>Ctrl</kbd> <DEL>x</del> <my-own>words</my-own> H<sub>2</sub>O <font>old</font>",
        '<svg viewBox="0 0 1 1"><title>a</title><linearGradient/><path d="M0 0"/><g></g></svg>',
        "<math><mi>x</mi><mo>=</mo><mspace/></math>",
        "<video controls><source src=a.webm></video>",
        "<script>\nif (a <b && c> d) x('<i>');\n</script>\n\n<style>a > b {}</style>",
        "<!-- <src> -->\n\nText <!-- <b> --> and <!---->.",
        '<div markdown="1">\n\n*Text* `<a>`\n\n</div>',
        "<details><summary>x</summary>\n\n```\n<a>\n```\n</details>",
        "<blockquote>\n\n> a\n\n</blockquote>",
        "[TOC]\n\n## A\n\n## B\n\nA note.[^1]\n\n[^1]: It.\n\n    More.\n",
        "| a | `<b>` |\n|---|---|\n| 1 | <b>2</b> |\n\nTerm\n:   Words.\n\n- a\n\n    1. b\n",
        "```{.python hl_lines='1'}\na = b<c>d\n```\n",
    ],
)
def test_what_html_allows_is_not_told(markdown: str) -> None:
    assert _told(markdown) == []


def test_a_hostile_text_takes_no_longer_than_it_is_long() -> None:
    assert mistakes("<a " + '=""' * 50_000) == ()
    assert len(mistakes("<a " + '="' * 5_000 + ">" + "<" * 50_000)) == 1
    assert len(mistakes("<b>" * 5_000)) == 5_000


HEAD = "Title: <b>\nDate: 2009-03-08\n\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Text.\n\nA <b>.\n", 6),
        ("`<b>`\n\n```\n<b>\n```\n\n~~~ text x=1\n<b>\n~~~\nA <b>.\n", 13),
        ("``a ` <b>`` \\` <b>\n", 4),
        ("A:\n\n    <b>\n\nText <b>\n", 8),
        ("- a\n\n    Item <b>\n", 6),
        ("` is a sign\n\n<b> here `\n", 6),
        ("```\n\n<b> of a block that is open\n", 6),
        ("No such thing.\n", 1),
    ],
)
def test_a_line_is_that_of_the_first_place_outside_of_code(text: str, line: int) -> None:
    assert Source(HEAD + text).line("<b>") == line
    assert Source((HEAD + text).replace("\n", "\r\n")).line("<b>") == line


def test_of_as_many_tags_as_there_are_the_line_is_that_of_the_one() -> None:
    source = Source(HEAD + "<b>a</b>\n<b>b</b>\n<b>c\n")
    assert source.line("<b>", nth=2, times=3) == 6
    assert source.line("<b>", nth=2, times=4) == 4


def test_a_pattern_counts_if_there_is_nothing_of_those_before_it() -> None:
    source = Source(HEAD + "<i>\n<b>\n")
    assert source.line("<b>", "<i>") == 5
    assert source.line("<u>", "<i>") == 4


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("a < b\n", False),
        ("```\n<b>\n```\n~~~~ c file=a.c\n#include <a.h>\n~~~~\n", False),
        ("```\n<b>\n```\n</i>\n", True),
        ("<!-- a", True),
    ],
)
def test_only_what_stands_outside_of_blocks_may_be_markup(text: str, may: bool) -> None:
    assert Source(text).may_have_markup() is may


def test_a_field_is_one_of_the_front_matter() -> None:
    source = Source("Title: a\nSUMMARY: A\n    <b>\n\nTags: <b>\n")
    assert source.has_field("summary")
    assert not source.has_field("tags")
    assert source.field_line("<b>") == 3
    assert source.field_line("<i>") == 1
