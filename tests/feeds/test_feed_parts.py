"""Ids, URLs, characters, channels and settings, each without Pelican."""

import pytest

from feeds.channel import Section, channel
from feeds.characters import xml_text
from feeds.config import ConfigError, read_config
from feeds.identity import Post, entry_id, id_problems
from feeds.urls import absolute, absolute_set

BASE = "https://example.org/blog/2009/make/"


def post(source: str = "make.md", own_id: str | None = None) -> Post:
    return Post(source=source, own_id=own_id, summary=None)


def test_a_path_with_blanks_and_accents_gives_a_valid_id() -> None:
    derived = entry_id(post("é è/a b.md"), "example.org,2009")
    assert derived == "tag:example.org,2009:post/%C3%A9%20%C3%A8/a%20b.md"


@pytest.mark.parametrize("own_id", ["", "make", "tag:a b", "javascript:x", "tag:"])
def test_what_is_no_id_is_reported_and_not_used(own_id: str) -> None:
    (problem,) = id_problems([post(own_id=own_id)])
    assert problem.startswith(f"make.md: Id: {own_id!r} is not an id; expected a URI")
    assert entry_id(post(own_id=own_id), "a.org,2009") == "tag:a.org,2009:post/make.md"


def test_ids_of_their_own_are_no_problem() -> None:
    assert id_problems([post(own_id="urn:x:1"), post("b.md", "urn:x:2"), post("c.md")]) == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("#fn:1", BASE + "#fn:1"),
        ("", BASE),
        ("../x?a=1&b", "https://example.org/blog/2009/x?a=1&b"),
        ("/x", "https://example.org/x"),
        ("//other.example/x", "https://other.example/x"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        (" https://a.example/ ", "https://a.example/"),
        ("java\nscript:alert(1)", None),
        ("JavaScript:alert(1)", None),
        ("HTTPS://a.example/", "https://a.example/"),
        ("data:text/html,<script>alert(1)</script>", None),
        ("blob:https://a.example/1", None),
        ("view-source:https://a.example/", None),
        ("feed:javascript:alert(1)", None),
        ("file:///etc/hostname", None),
        ("http://[", None),
    ],
)
def test_a_url_becomes_absolute_or_nothing(url: str, expected: str | None) -> None:
    assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("a.png 1x, b.png 2x", f"{BASE}a.png 1x, {BASE}b.png 2x"),
        ("a,b.png 100w,c.png", f"{BASE}a,b.png 100w, {BASE}c.png"),
        ("a.png", f"{BASE}a.png"),
        ("javascript:x 1x", None),
        ("data:,x 1x, b.png 2x", f"{BASE}b.png 2x"),
        ("", None),
    ],
)
def test_each_url_of_a_srcset_becomes_absolute(srcset: str, expected: str | None) -> None:
    assert absolute_set(srcset, BASE) == expected


def test_what_xml_cannot_carry_is_replaced_and_nothing_else() -> None:
    assert xml_text("a\x00\x1b\x7f\ufffe\uffff\ud800\t\n\r é 🙂") == "a␀␛␡���\t\n\r é 🙂"


def test_a_path_that_no_section_claims_is_the_sites() -> None:
    section = Section(kind="tag", name="C", slug="c", page="tag/c/")
    patterns = {"category": "", "tag": "feeds/tag/{slug}.atom"}
    assert channel("feeds/all.atom", patterns, [section], "Words").subtitle == "Words"
    assert channel("feeds/tag/c.atom", patterns, [section], "Words").page == "tag/c/"


@pytest.mark.parametrize("authority", ["example.org", "https://example.org,2009", "a,09", ""])
def test_an_authority_without_a_year_is_refused(authority: str) -> None:
    with pytest.raises(ConfigError, match="FEED_ID_AUTHORITY is"):
        read_config({"FEED_ID_AUTHORITY": authority})
