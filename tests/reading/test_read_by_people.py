"""What a person meets on each page: on a desk, a phone, paper, by keyboard, without scripts."""

from __future__ import annotations

import gzip
import statistics
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Checkers, Published, nothing
from .serving import LEVEL

pytestmark = pytest.mark.xdist_group("pages")  # one worker, so that the sites are built once

FIRST_FLIGHT = 14 * 1024
"""What a server may send before it hears from the browser again, less the headers."""

SEARCH = "search/"
"""The one page that needs a script, and says so where there is none."""

BY_KEYBOARD = {
    "real": ("", "2009/make-tmpfs/", "how-this-blog-works/", "archives/", "tags/"),
    "awkward": ("2020/then-now-a-figure-and-a-table/", "2020/an-enormous-transcript/"),
}

Facts = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def all_facts(real: Published, awkward: Published, wrong: Published, checkers: Checkers) -> Facts:
    """What a browser finds on each page of all sites, by URL."""
    walked = {
        site.url(path)
        for site, name in ((real, "real"), (awkward, "awkward"))
        for path in BY_KEYBOARD[name]
    }
    walked.add(wrong.url(""))
    urls = [url for site in (real, awkward, wrong) for url in site.urls().values()]
    pages = [{"url": url, "keyboard": url in walked} for url in urls]
    found = checkers.ask("browse.mjs", pages=pages)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def facts(site: Published, all_facts: Facts) -> Facts:
    """Of one site, by path."""
    return {path: all_facts[url] for path, url in site.urls().items()}


def test_what_is_wrong_would_be_found(wrong: Published, all_facts: Facts):
    found = all_facts[wrong.url("")]
    assert any("900px" in element for element in found["narrowest"])
    assert any(element.startswith("<pre>") for element in found["paper"])
    assert "error: a complaint" in found["complaints"]
    assert f"{wrong.address}/more.css" in found["requests"]
    assert found["text"].endswith("Written by a script")
    assert not found["plain"].endswith("Written by a script")
    assert max(found["desk"]) > 80
    assert found["keyboard"]["missed"]
    assert any("cannot be seen" in element for element in found["keyboard"]["invisible"])


def test_nothing_reaches_beyond_a_narrow_screen(facts: Facts):
    nothing(of_each(facts, "narrowest"))


def test_nothing_is_cut_off_on_paper(facts: Facts):
    nothing(of_each(facts, "paper"))


def test_no_page_complains_in_the_console(facts: Facts):
    nothing(of_each(facts, "complaints"))


def test_a_text_page_is_one_request(site: Published, facts: Facts):
    more = {
        path: [url for url in fact["requests"] if not _picture(url)][1:]
        for path, fact in facts.items()
        if path != SEARCH
    }
    assert {path: urls for path, urls in more.items() if urls} == {}
    assert "/favicon.ico" not in site.asked


def test_nothing_is_asked_of_another_host(site: Published, facts: Facts):
    asked = [url for fact in facts.values() for url in fact["requests"]]
    assert [url for url in asked if not url.startswith(f"{site.address}/")] == []


def test_nothing_but_the_search_needs_a_script(facts: Facts):
    differ = [
        path for path, fact in facts.items() if path != SEARCH and fact["text"] != fact["plain"]
    ]
    assert differ == []


def test_a_page_of_ours_comes_in_the_first_flight_of_packets(real: Published):
    sizes = {page: _packed(page.read_bytes()) for page in real.files()}
    nothing(f"{page}: {size} bytes" for page, size in sizes.items() if size > FIRST_FLIGHT)


def test_what_is_around_the_text_is_less_than_half_of_that(site: Published):
    for page in site.files():
        before, _, rest = page.read_bytes().partition(b"<main")
        assert _packed(before + rest.partition(b"</main>")[2]) < FIRST_FLIGHT / 2, page


def test_lines_are_as_long_as_an_eye_follows(real: Published, all_facts: Facts):
    found = [all_facts[url] for url in real.urls().values()]
    desk = statistics.median(length for fact in found for length in fact["desk"])
    phone = statistics.median(length for fact in found for length in fact["phone"])
    assert 60 <= desk <= 80
    assert 35 <= phone <= 45


def test_a_post_of_the_future_is_on_no_page(awkward: Published):
    pages = (page for page in awkward.files() if "drafts" not in page.parts)
    assert [page for page in pages if "Written in the future" in page.read_text()] == []


def test_the_keyboard_reaches_all_that_scrolls_and_shows_where_it_is(facts: Facts):
    walked = {path: fact["keyboard"] for path, fact in facts.items() if "keyboard" in fact}
    assert walked
    assert all(walk["stops"] for walk in walked.values())
    nothing(of_each(walked, "missed"))
    nothing(of_each(walked, "invisible"))


def _packed(page: bytes) -> int:
    return len(gzip.compress(page, LEVEL))


def _picture(url: str) -> bool:
    return url.endswith((".svg", ".png", ".jpg", ".webp"))


def of_each(facts: Facts, name: str) -> Iterator[str]:
    """What is to mend on each page, a line each."""
    for path, fact in facts.items():
        yield from (f"{path or 'index'}: {found}" for found in fact[name])
