"""Ids, URLs, characters, channels and settings, each without Pelican."""

from datetime import UTC, datetime

import pytest

from feeds.channel import Channel, Paths, Section, channels, planet_channel
from feeds.characters import xml_text
from feeds.config import ConfigError, read_config
from feeds.identity import Post, entry_id, id_problems, moment
from feeds.logo import png_size
from feeds.pictures import picture_problems
from feeds.urls import absolute, absolute_set

BASE = "https://example.org/blog/2009/make/"


def post(source: str = "make.md", own_id: str | None = None) -> Post:
    return Post(source=source, own_id=own_id, place=source)


def test_a_path_with_blanks_and_accents_gives_a_valid_id() -> None:
    derived = entry_id(post("é è/a b.md"), "example.org,2009")
    assert derived == "tag:example.org,2009:post/%C3%A9%20%C3%A8/a%20b.md"


@pytest.mark.parametrize("own_id", ["", "make", "tag:a b", "javascript:x", "tag:"])
def test_what_is_no_id_is_reported_and_not_used(own_id: str) -> None:
    (problem,) = id_problems([post(own_id=own_id)], "a.org,2009")
    assert problem.startswith(f"make.md: Id: {own_id!r} is not an id; expected a URI")
    assert entry_id(post(own_id=own_id), "a.org,2009") == "tag:a.org,2009:post/make.md"


def test_ids_of_their_own_are_no_problem() -> None:
    posts = [post(own_id="urn:x:1"), post("b.md", "urn:x:2"), post("c.md")]
    assert id_problems(posts, "a.org,2009") == ()


def test_an_id_that_was_kept_from_a_renamed_source_is_not_free_for_a_new_one() -> None:
    posts = [post("new.md", "tag:a.org,2009:post/old.md"), post("old.md")]
    (problem,) = id_problems(posts, "a.org,2009")
    assert problem == (
        "old.md: Id: 'tag:a.org,2009:post/old.md' is also that of new.md; give each its own"
    )


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


def a_channel(kind: str = "site", name: str = "") -> Channel:
    paths = Paths(atom="feeds/all.atom", rss="", json="")
    return Channel(kind=kind, name=name, page="", title="Words", subtitle="", paths=paths)


def test_each_section_has_a_channel_of_its_own_after_the_sites() -> None:
    section = Section(kind="tag", name="C++", slug="cpp", page="tag/cpp/")
    patterns = {"tag": Paths(atom="t/{slug}.atom", rss="t/{slug}.rss", json="")}
    site, tag = channels(a_channel(), [section], patterns)
    assert (site.title, tag.title, tag.page) == ("Words", "Words: tag C++", "tag/cpp/")
    assert tag.paths == Paths(atom="t/cpp.atom", rss="t/cpp.rss", json="")


def test_a_planet_follows_the_tag_planet_where_there_is_one() -> None:
    site, tag, category = a_channel(), a_channel("tag", "planet"), a_channel("category", "planet")
    assert planet_channel([site, category, tag]) is tag
    assert planet_channel([site, category]) is site
    assert planet_channel([]) is None


def test_a_day_becomes_a_moment_of_its_own_and_a_moment_stays() -> None:
    day, time = datetime(2009, 3, 8, tzinfo=UTC), datetime(2009, 3, 8, 18, 21, tzinfo=UTC)
    first, second = moment(day, "tag:a"), moment(day, "tag:b")
    assert first != second
    assert first.date() == second.date() == day.date()
    assert moment(day, "tag:a") == first
    assert moment(time, "tag:a") == time


def test_a_translation_gets_a_second_of_the_minute_of_its_original() -> None:
    time = datetime(2009, 3, 8, 18, 21, tzinfo=UTC)
    translated = moment(time, "tag:a-fr", translated=True)
    assert translated != time
    assert translated.replace(second=0) == time


@pytest.mark.parametrize(
    ("html", "source", "expected"),
    [
        ('<img alt="" src="{static}x.png">', "Title: A\n\n![]({static}x.png)\n", "a.md:3: picture"),
        ('<img src="x.png">', 'Title: A\n\n<img src="x.png">\n', "a.md:3: picture"),
        ('<img alt=" " src="x.png">', "Title: A\n\n[made elsewhere]\n", "a.md: picture"),
        ('<img alt="" src="x.png">', 'Title: A\n\n<img alt="" src="x.png">\n', None),
        ('<img src="x.png" alt="">', 'Title: A\n\n<img src="x.png"\n alt="">\n', None),
        ('<img src="x.png" alt="">', "Title: A\n\n<img src='x.png' alt=''>\n", None),
        ('<img src="alt.png" alt="">', 'Title: A\n\n<img src="alt.png">\n', "a.md:3: picture"),
        ('<img alt="words" src="x.png">', "Title: A\n\n![words](x.png)\n", None),
        ("<p>none</p>", "Title: A\n\nnone\n", None),
        (
            '<img alt="words" src="x.png"><img alt="" src="x.png">',
            "Title: A\n\n![words](x.png)\n\n![](x.png)\n",
            "a.md:5: picture",
        ),
    ],
)
def test_a_picture_without_words_is_told_unless_the_author_means_it(
    html: str, source: str, expected: str | None
) -> None:
    found = list(picture_problems(html, source, "a.md"))
    assert [problem[: len(expected or "")] for problem in found] == ([expected] if expected else [])


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x60\x00\x00\x00\x78"


def test_the_size_of_a_logo_is_read_from_the_picture() -> None:
    assert png_size(PNG) == (96, 120)


@pytest.mark.parametrize("data", [b"", b"GIF89a", PNG[:20], PNG[:16] + bytes(8)])
def test_what_is_no_fit_logo_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="96 by 96"):
        png_size(data)


@pytest.mark.parametrize("authority", ["example.org", "https://example.org,2009", "a,09", ""])
def test_an_authority_without_a_year_is_refused(authority: str) -> None:
    with pytest.raises(ConfigError, match="FEED_ID_AUTHORITY is"):
        read_config({"FEED_ID_AUTHORITY": authority})


GOOD = {"FEED_ID_AUTHORITY": "example.org,2009", "SITENAME": "A site"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"FEEDS_HUBB": ""}, "FEEDS_HUBB is no setting; there are FEEDS_ALL_JSON"),
        ({"FEEDS_HUB": "hub.example"}, "FEEDS_HUB is 'hub.example'; expected the URL"),
        ({"FEEDS_TAG_JSON": "{slug}.json"}, "FEEDS_TAG_JSON needs TAG_FEED_ATOM"),
        (
            {"FEED_ALL_RSS": "all.rss", "RSS_FEED_SUMMARY_ONLY": True},
            "RSS_FEED_SUMMARY_ONLY is True; a feed holds whole posts",
        ),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(settings: dict[str, object], expected: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_config({**GOOD, **settings})
    assert str(refused.value).startswith(expected)


def test_a_feed_without_entries_dates_from_the_year_of_its_ids() -> None:
    assert read_config(GOOD).since == datetime(2009, 1, 1, tzinfo=UTC)
