"""What the stylesheet may cost, as it stands in each page."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

TEMPLATES = Path(__file__).parents[2] / "theme" / "templates"

MOST = 6 * 1024
"""Bytes, compressed: less than half of what a page may have."""


@pytest.fixture(scope="module")
def style() -> str:
    # Pelican's way of reading templates.
    jinja = Environment(loader=FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True)
    return jinja.get_template("style.css").render()


def test_it_is_small(style: str) -> None:
    assert len(gzip.compress(style.encode(), 6)) <= MOST


def test_it_asks_for_nothing(style: str) -> None:
    assert not re.search(r"url\(|@import|@font-face", style)


def test_its_braces_match_and_no_template_is_left(style: str) -> None:
    assert style.count("{") == style.count("}")
    assert not re.search(r"\{[{%#]|[}%#]\}", style)


def test_each_class_that_a_template_gives_is_styled_or_a_microformat(style: str) -> None:
    given = {
        name
        for template in TEMPLATES.glob("*.html")
        for names in re.findall(r'class="([^"{]*)', template.read_text(encoding="utf-8"))
        for name in names.split()
    }
    ours = {name for name in given if not re.match(r"(h|p|u|dt|e)-", name)}
    assert {name for name in ours if not re.search(rf"\.{name}\b", style)} == set()


def test_pictures_have_a_white_ground_in_the_dark_and_frames_fit(style: str) -> None:
    dark = "@media screen and (prefers-color-scheme: dark) { .body img { background: #fff }"
    assert dark in style
    assert "video, svg, iframe, object, canvas, select, textarea { max-width: 100% }" in style
