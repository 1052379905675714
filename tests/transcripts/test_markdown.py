"""Fragments take the place of just their lines, whatever Markdown makes of the rest."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown

from transcripts.markdown_ext import TranscriptsExtension
from transcripts.model import Environment
from transcripts.parse import parse
from transcripts.parse.nesting import Nesting
from transcripts.weave import Fragment

EXTENSIONS = ["meta", "extra", "toc"]


def _html(text: str, html: str = "<figure>x\ty *z* &amp; wzxhzdk</figure>") -> str:
    post = parse(text, "post.md", {"sandbox": Environment(name="sandbox")})
    fragments = tuple(
        Fragment(first_line=block.location.line, last_line=block.last_line, html=html)
        for block in post.blocks
    )
    converter = Markdown(extensions=[*EXTENSIONS, TranscriptsExtension(fragments)])
    return converter.convert(text)


BLOCK = "```console run\n$ true\n```"


def test_a_fragment_is_left_exactly_as_it_is() -> None:
    assert _html(BLOCK) == "<figure>x\ty *z* &amp; wzxhzdk</figure>"


@pytest.mark.parametrize(
    "text",
    [
        f"Title: x\nDate: 2009-03-08\n\nBefore.\n\n{BLOCK}\n\nAfter.\n",
        f"---\nTitle: x\n---\nBefore.\n{BLOCK}\nAfter.\n",
        f"Before.\n{BLOCK}\nAfter.\n",
        f"Title: x\r\n\r\nBefore.\r\n\r\n{BLOCK}\r\n\r\nAfter.\r\n".replace("\n$", "\r\n$"),
        f"Before.\n\n   \n\t\n{BLOCK}\n\n\n   \nAfter.",
        f"Before.\n\n{BLOCK}\nAfter.",
    ],
)
def test_prose_around_a_fragment_stays_prose(text: str) -> None:
    html = _html(text, "<figure>it</figure>").replace("\n", "")
    assert html == "<p>Before.</p><figure>it</figure><p>After.</p>"


def test_several_fragments_each_take_their_own_place() -> None:
    text = f"One.\n\n{BLOCK}\n\nTwo.\n\n{BLOCK}\n{BLOCK}\n\nThree.\n"
    html = _html(text, "<figure></figure>").replace("\n", "")
    figure = "<figure></figure>"
    assert html == f"<p>One.</p>{figure}<p>Two.</p>{figure}{figure}<p>Three.</p>"


def test_a_hidden_block_leaves_nothing() -> None:
    assert _html(f"One.\n{BLOCK}\nTwo.\n", "") == "<p>One.</p>\n<p>Two.</p>"


def test_blocks_of_others_are_not_touched() -> None:
    html = _html(f"```python\n$ no\n```\n\n{BLOCK}\n", "<figure></figure>")
    assert html.count("<figure>") == 1
    assert "$ no" in html


def test_what_is_converted_afterwards_has_no_fragments() -> None:
    fragment = Fragment(first_line=1, last_line=1, html="<figure></figure>")
    converter = Markdown(extensions=[TranscriptsExtension((fragment,))])
    assert converter.convert("x") == "<figure></figure>"
    assert converter.reset().convert("a summary") == "<p>a summary</p>"


@pytest.mark.parametrize(
    "lines",
    [
        "    ```",
        "   ```",
        "text\n    ```",
        "- item\n\n    ```",
        "- item\n\n        ```",
        "- item\n    - inner\n\n        ```",
        "- item\n    - inner\n\n            ```",
        "- item\n\ntext\n\n    ```",
        "text\n- no item\n\n    ```",
        "1. item\nmore\n\n    ```",
        "1. ```",
        "term\n:   what it is\n\n    ```",
        "term\n:   what it is\n\n        ```",
        "[^1]: note\n\n    ```",
        "> ```",
        "> quoted\n>     ```",
        "> quoted\n>\n>     ```",
        "- item\n\n\t```",
        "# heading\n    ```",
    ],
)
def test_a_block_is_refused_where_markdown_would_neither_find_it_nor_take_it_for_code(lines: str):
    nesting = Nesting()
    refused = [nesting.misplaced(line) for line in lines.split("\n")][-1]
    html = Markdown(extensions=[*EXTENSIONS, "sane_lists"]).convert(f"{lines} word\n")
    literal = re.search(r"<pre><code>[^<]*``` word", html)
    assert bool(refused) != bool(literal), html
