"""Each kind of page is accessible in all settings, and has the best marks of Lighthouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Checkers, Published, nothing

pytestmark = pytest.mark.xdist_group("pages")  # one worker, so that the sites are built once

KINDS = {
    "index": "",
    "post with transcripts": "2009/make-tmpfs/",
    "page": "how-this-blog-works/",
    "category": "category/debian/",
    "tag": "tag/planet/",
    "tags": "tags/",
    "archive": "archives/",
    "year": "2009/",
    "not found": "404.html",
    "examples": "examples/",
    "search": "search/",
    "feeds": "feeds/",
}
AWKWARD = {
    "then and now": "2020/then-now-a-figure-and-a-table/",
    "all sorts": "2020/shapes/",
    "a hundred headings": "2020/a-hundred-headings/",
    "right to left": "2020/hebrew-he/",
}
MARKED = ("index", "post with transcripts", "page", "tag", "archive")
FORMS = ("desktop", "mobile")
SCHEMES = ("light", "dark")
WIDTHS = (360, 1200)

TRIES = 3
"""Of Lighthouse: a machine that is shared makes a page slow by chance, but never fast."""


@pytest.fixture(scope="session")
def axe(
    real: Published, awkward: Published, wrong: Published, checkers: Checkers
) -> list[dict[str, Any]]:
    urls = [real.url(path) for path in KINDS.values()]
    urls += [awkward.url(path) for path in AWKWARD.values()]
    urls.append(wrong.url(""))
    found = checkers.ask("axe.mjs", urls=urls, schemes=SCHEMES, widths=WIDTHS)
    assert isinstance(found, list)
    return found


def test_axe_finds_what_is_wrong(wrong: Published, axe: list[dict[str, Any]]):
    light, dark = (told(axe, wrong.url(""), scheme, 360) for scheme in SCHEMES)
    assert not any(line.startswith("color-contrast: ") for line in light)
    assert any(line.startswith("color-contrast: ") for line in dark)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(
    real: Published, axe: list[dict[str, Any]], kind: str, scheme: str, width: int
):
    nothing(told(axe, real.url(KINDS[kind]), scheme, width))


@pytest.mark.parametrize("kind", AWKWARD)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_what_is_hard_to_show(
    awkward: Published, axe: list[dict[str, Any]], kind: str, scheme: str, width: int
):
    nothing(told(axe, awkward.url(AWKWARD[kind]), scheme, width))


@pytest.fixture(scope="session")
def lighthouse(real: Published, checkers: Checkers) -> list[dict[str, Any]]:
    urls = [real.url(KINDS[kind]) for kind in MARKED]
    found = checkers.ask("lighthouse.mjs", urls=urls, forms=FORMS, tries=TRIES)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("kind", MARKED)
@pytest.mark.parametrize("form", FORMS)
def test_lighthouse_gives_the_best_marks(
    real: Published, lighthouse: list[dict[str, Any]], kind: str, form: str
):
    url = real.url(KINDS[kind])
    (found,) = (each for each in lighthouse if (each["url"], each["form"]) == (url, form))
    assert len(found["scores"]) == 4
    if set(found["scores"].values()) != {100}:
        nothing([str(found["scores"]), *found["failed"]])


def told(axe: list[dict[str, Any]], url: str, scheme: str, width: int) -> Iterator[str]:
    """What axe found on a page in a setting."""
    for each in axe:
        if (each["url"], each["scheme"], each["width"]) == (url, scheme, width):
            yield f"{each['rule']}: {each['help']}: {each['target']}"
