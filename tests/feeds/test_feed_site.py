"""Whole builds: what a reader finds in the files of the feeds."""

import re
from xml.etree import ElementTree as ET

import pytest

ATOM = "{http://www.w3.org/2005/Atom}"


def ids(feed: ET.Element) -> list[str | None]:
    return [entry.findtext(ATOM + "id") for entry in feed.iter(ATOM + "entry")]


def links(feed: ET.Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(ATOM + "link")}


def only_entry(feed: ET.Element) -> ET.Element:
    (entry,) = feed.iter(ATOM + "entry")
    return entry


def test_an_id_survives_a_change_of_title_date_slug_and_host(site, post):
    site.write("make.md", post())
    before = site.feed()
    site.write("make.md", post(title="Another", date="2011-01-01", slug="another"))
    site.settings = 'SITEURL = "https://elsewhere.example/blog"'
    after = site.feed()
    assert ids(before) == ids(after) == ["tag:example.org,2009:post/make.md"]
    assert before.findtext(ATOM + "id") == after.findtext(ATOM + "id")


def test_an_id_in_the_front_matter_survives_a_new_file_name(site, post):
    site.write("new-name.md", "Id: tag:example.org,2009:make\n" + post())
    assert ids(site.feed()) == ["tag:example.org,2009:make"]


@pytest.mark.parametrize(
    ("path", "page", "subtitle"),
    [
        ("feeds/all.atom", "", "A blog whose shell examples are run"),
        ("feeds/category/debian.atom", "category/debian/", "Posts in the category Debian"),
        ("feeds/tag/c.atom", "tag/c/", "Posts in the tag C"),
        ("feeds/tag/cpp.atom", "tag/cpp/", "Posts in the tag C++"),
        ("feeds/tag/c-sharp.atom", "tag/c-sharp/", "Posts in the tag C#"),
    ],
)
def test_a_feed_says_what_it_is(site, post, path, page, subtitle):
    site.write("make.md", post())
    feed = site.feed(path)
    assert feed.findtext(ATOM + "id") == f"tag:example.org,2009:{path}"
    assert feed.findtext(ATOM + "subtitle") == subtitle
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "The author of this blog"
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    assert links(feed) == {
        "self": f"https://example.org/{path}",
        "alternate": f"https://example.org/{page}",
    }


@pytest.mark.parametrize("relative", [True, False])
def test_each_url_is_absolute_against_the_post(site, post, relative):
    site.settings = f"RELATIVE_URLS = {relative}"
    site.write("make.md", post() + "\n[other]({filename}other.md)\n")
    site.write("other.md", "Title: Other\nDate: 2001-01-01\nStatus: hidden\n\nText.\n")
    content = only_entry(site.feed()).findtext(ATOM + "content") or ""
    urls = re.findall(r'(?:href|src)="(.*?)"', content)
    assert urls == [
        "https://example.org/2009/other/",
        "https://example.org/2009/a-post/#fn:1",
        "https://example.org/2001/other/",
        "https://example.org/2009/a-post/#fnref:1",
    ]


def test_a_transcript_keeps_each_newline(site, post):
    site.write("make.md", post())
    content = only_entry(site.feed()).findtext(ATOM + "content") or ""
    assert (
        "<pre><samp><span>$ </span><kbd>true</kbd>\n<span>first</span>\n"
        "<span>second</span></samp></pre>"
    ) in content


def test_an_update_is_told_only_when_the_author_tells_it(site, post):
    site.write("make.md", post())
    entry = only_entry(site.feed())
    assert entry.findtext(ATOM + "updated") == "2009-03-08T18:21:00+00:00"
    site.write("make.md", "Modified: 2010-01-01\n" + post())
    entry = only_entry(site.feed())
    assert entry.findtext(ATOM + "published") == "2009-03-08T18:21:00+00:00"
    assert entry.findtext(ATOM + "updated") == "2010-01-01T00:00:00+00:00"


def test_only_a_summary_that_the_author_wrote_is_told(site, post):
    site.write("make.md", post())
    assert only_entry(site.feed()).find(ATOM + "summary") is None
    site.write("make.md", "Summary: About `make` & [more](../x).\n" + post())
    summary = only_entry(site.feed()).findtext(ATOM + "summary")
    assert summary == "About make &amp; more."


def test_what_xml_cannot_carry_does_not_stop_the_build(site, post):
    site.write("make.md", post(title="A\x07 \ufffe title") + "\nText \x01 and \uffff here.\n")
    entry = only_entry(site.feed())
    assert entry.findtext(ATOM + "title") == "A␇ \ufffd\u00a0title"
    assert "Text ␁ and \ufffd\u00a0here" in (entry.findtext(ATOM + "content") or "")


def test_a_feed_has_the_fifteen_newest_posts(site, post):
    for number in range(1, 18):
        site.write(f"{number}.md", post(date=f"2009-03-{number:02}", slug=str(number)))
    expected = [f"tag:example.org,2009:post/{number}.md" for number in range(17, 2, -1)]
    assert ids(site.feed()) == expected


def test_a_feed_that_is_too_large_drops_its_oldest_posts(site, post):
    for number in range(1, 4):
        text = post(date=f"2009-03-{number:02}", slug=str(number)) + "\n" + "word " * 50_000
        site.write(f"{number}.md", text)
    feed = site.feed()
    assert ids(feed) == ["tag:example.org,2009:post/3.md", "tag:example.org,2009:post/2.md"]
    assert len(site.text().encode()) <= 512 * 1024


def test_a_post_that_is_too_large_alone_links_to_its_page(site, post):
    site.write("make.md", post() + "\n" + "word " * 150_000)
    content = only_entry(site.feed()).findtext(ATOM + "content")
    assert content == (
        "<p>This post is too long for a feed: "
        '<a href="https://example.org/2009/a-post/">read it on its page</a>.</p>'
    )


def test_a_post_of_the_future_stays_at_home(site, post):
    site.write("make.md", post())
    site.write("later.md", post(date="2999-01-01", slug="later"))
    assert ids(site.feed()) == ["tag:example.org,2009:post/make.md"]


def test_two_posts_with_one_id_stop_the_build(site, post):
    for name in ("a", "b"):
        site.write(f"{name}.md", "Id: tag:example.org,2009:x\n" + post(slug=name))
    built = site.build()
    assert built.returncode != 0
    assert (
        "b.md: Id: 'tag:example.org,2009:x' is also that of a.md; give each post its own"
        in built.stdout + built.stderr
    )


def test_a_missing_authority_stops_the_build(site, post):
    site.settings = "del FEED_ID_AUTHORITY"
    site.write("make.md", post())
    built = site.build()
    assert built.returncode == 1
    assert built.stderr.strip().startswith("FEED_ID_AUTHORITY is ''; expected a domain")
    assert site.feeds() == []
