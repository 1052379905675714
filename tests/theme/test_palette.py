"""Whether every colour of the stylesheet can be read on each ground that it may stand on."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

STYLE = Path(__file__).parents[2] / "theme" / "templates" / "style.css"

TEXT, SMALL = 7.0, 4.5
"""WCAG 2's AAA for text; AA for code and what is muted."""

GROUNDS = ("page", "block", "screen", "mark")
NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

Palette = dict[str, str]


def _palettes() -> dict[str, Palette]:
    """The colours of both schemes by name; what dark does not change is as in light."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.DOTALL)
    light, dark, _print = (dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def _luminance(color: str) -> float:
    digits = color.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _weak(palette: Palette, pairs: list[tuple[str, str]], least: float) -> dict[str, float]:
    found = {f"{a} on {b}": round(_contrast(palette[a], palette[b]), 2) for a, b in pairs}
    return {pair: contrast for pair, contrast in found.items() if contrast < least}


@pytest.fixture(params=["light", "dark"])
def palette(request: pytest.FixtureRequest) -> Palette:
    return _palettes()[request.param]


def test_contrast_is_what_the_guidelines_say() -> None:
    assert _contrast("#000", "#ffffff") == pytest.approx(21)
    assert _contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


def test_text_can_be_read_on_each_ground(palette: Palette) -> None:
    assert not _weak(palette, [("text", ground) for ground in GROUNDS], TEXT)
    assert not _weak(palette, [("link", "page")], TEXT)


def test_what_is_smaller_or_muted_can_be_read_on_each_ground(palette: Palette) -> None:
    names = ("link", "muted", "holds", "changed", "failed")
    assert not _weak(palette, list(product(names, GROUNDS)), SMALL)
    assert not _weak(palette, [("page", "failed")], SMALL)


def test_colours_of_a_terminal_can_be_read_on_each_ground(palette: Palette) -> None:
    colours = (*NAMES, "bright-black", "text")
    assert not _weak(palette, list(product(colours, GROUNDS)), SMALL)


def test_colours_of_a_terminal_can_be_read_on_each_other(palette: Palette) -> None:
    grounds = [f"on-{name}" for name in NAMES]
    assert not _weak(palette, list(product((*NAMES, "bright-black", "text"), grounds)), SMALL)


def test_each_colour_that_is_used_has_a_value() -> None:
    style = STYLE.read_text(encoding="utf-8")
    used = set(re.findall(r"var\(--([\w-]+)[,)]", style))
    assert used - set(re.findall(r"--([\w-]+):", style)) == set()
