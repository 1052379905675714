"""The checker of built sites."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.links import problems

from .conftest import write

ADDRESS = "https://blog.example.org/base"


def page(body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>T</title></head><body>{body}</body></html>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with two pages, one of them in a directory."""
    write(tmp_path, "index.html", page("<h2 id=one>One</h2>"))
    write(tmp_path, "2009/make/index.html", page("<p id='a b'>Text<a name=old></a>"))
    write(tmp_path, "about.html", page("About"))
    write(tmp_path, "picture.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "index.html", "./", "", "#", "#top", "#one", "2009/make/", "2009/make", "2009/make/#a%20b",
        "2009/make/#old", "about", "about.html", "picture.svg", "picture.svg#part",
        "https://blog.example.org/base/2009/make/", "https://blog.example.org/base/#one",
        "https://elsewhere.example/nosuch", "https://blog.example.org/other-site/",
        "mailto:a@example.org", "data:,x", "//elsewhere.example/x", "2009/%2e%2e/about.html",
    ],
)  # fmt: skip
def test_a_link_that_holds_is_not_a_problem(site: Path, link: str):
    write(site, "index.html", page(f"<h2 id=one>One</h2><a href='{link}'>link</a>"))
    assert problems(site, ADDRESS) == []


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<a href='nosuch.html'>x</a>", "link 'nosuch.html' is broken: the site has no such file"),
        ("<a href='#two'>x</a>", "link '#two' is broken: nothing in index.html has the id 'two'"),
        ("<a href='2009/make/#x'>x</a>", "nothing in 2009/make/index.html has the id 'x'"),
        ("<a href='https://blog.example.org/base/x'>x</a>", "the site has no such file"),
        ("<a href='{filename}x.md'>x</a>", "Pelican found no such source"),
        ("<img src='no.png' alt=''>", "link 'no.png' is broken"),
        ("<img src=picture.svg srcset='picture.svg 1x, no.svg 2x' alt=''>", "link 'no.svg'"),
        ("<video poster=no.png></video>", "link 'no.png'"),
        ("<a href='http://[x'>x</a>", "is broken: "),
        (f"<a href='{'x' * 300}'>x</a>", "the site has no such file"),
        (f"<a href='{'x' * 300}/y/'>x</a>", "the site has no such file"),
        ("<a href='a%00b'>x</a>", "the site has no such file"),
    ],
)
def test_a_link_that_does_not_hold_is_told_with_its_page(site: Path, markup: str, expected: str):
    write(site, "index.html", page(markup))
    (found,) = problems(site, ADDRESS)
    assert found.startswith("index.html: ")
    assert expected in found


@pytest.mark.parametrize("up", ["%2e%2e/", "/%2e%2e/", "2009/%2e%2e/%2e%2e/", "/"])
def test_a_link_to_a_file_outside_of_the_site_is_broken(tmp_path: Path, up: str):
    write(tmp_path, "outside.html", page("Outside"))
    outside = tmp_path / "outside.html" if up == "/" else Path("outside.html")
    link = f"{ADDRESS}/{up}{outside.as_posix().lstrip('/')}"
    write(tmp_path / "site", "index.html", page(f"<a href='{link}'>x</a>"))
    assert problems(tmp_path / "site", ADDRESS) == [
        f"index.html: link {link!r} is broken: the site has no such file"
    ]


def test_a_broken_link_is_told_once_for_each_page(site: Path):
    write(site, "index.html", page("<a href=x>1</a><a href=x>2</a>"))
    write(site, "about.html", page("<a href=x>1</a>"))
    assert [line.partition(":")[0] for line in problems(site, ADDRESS)] == [
        "about.html",
        "index.html",
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("feeds/all.atom", "<feed><a></feed>"), ("feed.json", "{")]
)
def test_a_feed_that_is_not_well_formed_is_told(site: Path, name: str, text: str):
    write(site, name, text)
    (found,) = problems(site, ADDRESS)
    assert found.startswith(f"{name}: not well-formed ")


def test_a_directory_named_like_a_page_is_no_page(site: Path):
    write(site, "x.html/index.html", page("X"))
    write(site, "x.json/index.html", page("X"))
    assert problems(site, ADDRESS) == []


def test_an_empty_page_is_no_reason_to_stop(site: Path):
    write(site, "about.html", "")
    assert problems(site, ADDRESS) == []
