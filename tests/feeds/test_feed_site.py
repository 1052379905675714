"""Whole builds: what a reader finds in the files of the feeds."""

import json
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from transcripts.plugin import _put_into_feed

from .conftest import ROOT

ATOM = "{http://www.w3.org/2005/Atom}"


def ids(feed: ET.Element) -> list[str | None]:
    return [entry.findtext(ATOM + "id") for entry in feed.iter(ATOM + "entry")]


def links(feed: ET.Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(ATOM + "link")}


def only_entry(feed: ET.Element) -> ET.Element:
    (entry,) = feed.iter(ATOM + "entry")
    return entry


def all_ids(site):
    """Return the ids of all feeds, and of their entries, by the path of the feed."""
    found = {}
    for path, data in site.files().items():
        if path.endswith(".json"):
            found[path] = [item["id"] for item in json.loads(data)["items"]]
        elif path.endswith(".atom"):
            found[path] = [element.text for element in ET.fromstring(data).iter(ATOM + "id")]
        elif path.endswith(".rss"):
            found[path] = [element.text for element in ET.fromstring(data).iter("guid")]
    return found


def test_no_id_changes_with_title_date_slug_or_host_in_any_feed_of_any_form(site, post):
    site.write("make.md", post())
    site.build()
    before = all_ids(site)
    site.write("make.md", post(title="Another", date="2011-01-01", slug="another"))
    site.settings = 'SITEURL = "https://elsewhere.example/blog"'
    site.build()
    assert all_ids(site) == before
    assert len(before) == 3 * (1 + 1 + 3)  # forms; the site, a category, tags
    assert before["feeds/all.atom"][1:] == ["tag:example.org,2009:post/make.md"]
    assert before["feeds/tag/cpp.json"] == before["feeds/category/debian.rss"]
    assert before["feeds/tag/cpp.json"] == ["tag:example.org,2009:post/make.md"]


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
    site.write("make.md", "Modified: 2010-01-01 09:30\n" + post())
    entry = only_entry(site.feed())
    assert entry.findtext(ATOM + "published") == "2009-03-08T18:21:00+00:00"
    assert entry.findtext(ATOM + "updated") == "2010-01-01T09:30:00+00:00"


@pytest.mark.parametrize("modified", ["2009-03-08", "2009-03-08 00:01"])
@pytest.mark.parametrize("date", ["2009-03-08 18:21", "2009-03-08"])
def test_nothing_is_modified_before_its_date(site, post, date, modified):
    site.write("make.md", f"Modified: {modified}\n" + post(date=date))
    entry = only_entry(site.feed())
    published = entry.findtext(ATOM + "published")
    assert entry.findtext(ATOM + "updated") == published
    page = site.text("2009/a-post/index.html")
    (dated,) = re.findall(r'property="article:published_time" content="(.*?)"', page)
    assert re.findall(r'property="article:modified_time" content="(.*?)"', page) == [
        max(dated, "2009-03-08T00:01:00+00:00") if modified.endswith(":01") else dated
    ]
    assert f'"dateModified": "{dated[:11]}' in page


def test_only_a_summary_that_the_author_wrote_is_told(site, post):
    site.write("make.md", post())
    assert only_entry(site.feed()).find(ATOM + "summary") is None
    site.write("make.md", "\ufeffSummary: About `make` & [more](../x).\n" + post())
    summary = only_entry(site.feed()).findtext(ATOM + "summary")
    assert summary == "About make & more."


def test_what_xml_cannot_carry_does_not_stop_the_build(site, post):
    site.write("make.md", post(title="A\x07 \ufffe title") + "\nText \x01 and \uffff here.\n")
    entry = only_entry(site.feed())
    assert entry.findtext(ATOM + "title") == "A␇ \ufffd title"
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
        f"{site.content}/b.md:1: Id: 'tag:example.org,2009:x' is also that of"
        f" {site.content}/a.md:1; give each its own\n"
    ) in built.stderr


def test_a_missing_authority_stops_the_build(site, post):
    site.settings = "del FEED_ID_AUTHORITY"
    site.write("make.md", post())
    built = site.build()
    assert built.returncode == 1
    assert built.stderr.strip().startswith("FEED_ID_AUTHORITY is ''; expected a domain")
    assert site.feeds() == []


def test_rss_has_the_whole_post_and_says_who_and_when(site, post):
    site.write("make.md", "Modified: 2010-01-01\nSummary: Short.\n" + post())
    channel = site.feed("feeds/tag/cpp.rss").find("channel")
    assert channel is not None
    assert channel.findtext("title") == "Run, not remembered: tag C++"
    assert channel.findtext("link") == "https://example.org/tag/cpp/"
    assert channel.findtext("language") == "en"
    assert channel.findtext("image/url") == "https://example.org/feeds/hackergotchi.png"
    (item,) = channel.iter("item")
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.attrib) == (
        "tag:example.org,2009:post/make.md",
        {"isPermaLink": "false"},
    )
    assert item.findtext("pubDate") == "Sun, 08 Mar 2009 18:21:00 +0000"
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "The author of this blog"
    assert "<kbd>true</kbd>\n<span>first</span>" in (item.findtext("description") or "")


def test_words_are_text_also_to_readers_that_take_them_for_html(site, post):
    site.write("make.md", post(title="C++ &lt;int&gt; &amp; more"))
    titles = [title.text for title in site.feed("feeds/all.rss").iter("title")]
    assert "C++ <int> & more" in titles
    assert "<title>C++ &#x3C;int&gt; &#x26; more</title>" in site.text("feeds/all.rss")


def test_json_has_the_whole_post_and_tells_an_update_only_when_the_author_does(site, post):
    site.write("make.md", post())
    site.build()
    feed = json.loads(site.text("feeds/all.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://example.org/feeds/all.json"
    assert feed["home_page_url"] == "https://example.org/"
    assert feed["authors"] == [{"name": "The author of this blog"}]
    (item,) = feed["items"]
    assert item["url"] == "https://example.org/2009/a-post/"
    assert item["tags"] == ["Debian", "C", "C++", "C#"]
    assert item["date_published"] == "2009-03-08T18:21:00+00:00"
    assert "date_modified" not in item
    assert "<kbd>true</kbd>\n<span>first</span>" in item["content_html"]
    site.write("make.md", "Modified: 2010-01-01 10:00\n" + post())
    site.build()
    (item,) = json.loads(site.text("feeds/all.json"))["items"]
    assert item["date_modified"] == "2010-01-01T10:00:00+00:00"


def test_awkward_posts_make_feeds_without_a_fault(site, post):
    titles = [
        "a < b & <stdio.h> &amp; --flags",
        "\u0645\u0631\u062d\u0628\u0627",
        "日本語の題",
        "\x07 bell",
    ]
    for number, title in enumerate(titles):
        site.write(f"é {number}.md", post(title=title, slug=f"s{number}", date="2009-03-08"))
    site.write("long.md", post(slug="long", date="2009-03-09 01:00") + "\n" + "word " * 150_000)
    lines = "\n```text\n" + "line\n" * 5_000 + "```\n"
    site.write("lines.md", post(slug="lines", date="2009-03-09 02:00") + lines)
    site.write("lines-fr.md", "Lang: fr\n" + post(slug="lines", date="2009-03-09 02:00"))
    site.write("empty.md", "Title: Empty\nDate: 2009-03-10\n")
    site.write("later.md", post(slug="later", date="2999-01-01"))
    site.write("named-all.md", post(slug="all").replace("Debian", "all").replace("C, C++", "all"))
    built = site.build()
    assert built.returncode == 0, built.stderr
    assert site.problems() == []
    assert "feeds/category/all.rss" in site.files()
    assert "feeds/tag/all.json" in site.files()
    names = ("empty", "lines-fr", "lines", "long", "named-all")  # a hyphen comes before a dot
    assert sorted(filter(None, ids(ET.fromstring(site.text())))) == [
        f"tag:example.org,2009:post/{name}.md"
        for name in (*(f"%C3%A9%20{number}" for number in range(4)), *names)
    ]


def test_a_site_without_posts_has_feeds_that_a_build_does_not_change(site):
    site.build()
    before = site.files()
    site.build()
    assert site.files() == before
    assert site.problems() == []
    assert "<updated>2009-01-01T00:00:00+00:00</updated>" in site.text()


def test_a_picture_of_the_site_has_its_size_in_the_feed(site, post):
    site.settings = 'PLUGINS = ["feeds", "prose"]'
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40"/>'
    site.write("images/plot.svg", svg)
    site.write("images/face.png", (ROOT / "theme/static/hackergotchi.png").read_bytes())
    pictures = "\n![A plot]({static}/images/plot.svg) ![A face]({static}/images/face.png)\n"
    site.write("make.md", post() + pictures)
    content = only_entry(site.feed()).findtext(ATOM + "content") or ""
    found = re.findall(r"<img .*?>", content)
    at = "https://example.org/images"
    assert found == [
        f'<img alt="A plot" src="{at}/plot.svg" width="60" height="40" title="A plot">',
        f'<img alt="A face" src="{at}/face.png" width="96" height="96" title="A face">',
    ]
    assert site.problems() == []


def test_a_hub_is_named_where_there_is_one(site, post):
    site.write("make.md", post())
    assert "hub" not in links(site.feed())
    site.settings = 'FEEDS_HUB = "https://hub.example/"'
    assert links(site.feed())["hub"] == "https://hub.example/"
    assert '<atom:link rel="hub" href="https://hub.example/"/>' in site.text("feeds/all.rss")
    assert json.loads(site.text("feeds/all.json"))["hubs"] == [
        {"type": "WebSub", "url": "https://hub.example/"}
    ]


def test_what_the_author_must_mend_is_told_at_once_with_its_place(site, post):
    site.write("a.md", post())
    site.write("b.md", post(slug="b") + "\n![](x.png)\n")
    site.write("c.md", "Modified: 2009-03-07 23:59\n" + post(slug="c"))
    site.write("d.md", "Status: hidden\n" + post(slug="d") + "\n![](x.png)\n")
    built = site.build()
    assert built.returncode != 0
    told = built.stderr.replace(f"{site.content}/", "")
    assert "c.md:1: 'Modified: 2009-03-07' is before 'Date: 2009-03-08'; correct one of" in told
    assert "d.md:19: picture 'x.png' has no alternative text; say in words" in told
    assert "b.md:18: picture 'x.png' has no alternative text; say in words" in told


def test_a_page_and_a_list_tell_of_all_feeds(site, post):
    site.write("make.md", post().replace("C#", "planet"))
    built = site.build()
    assert built.returncode == 0, built.stderr
    page, opml = site.text("feeds/index.html"), ET.fromstring(site.text("feeds/feeds.opml"))
    feeds = [path for path in site.files() if not path.endswith(".opml")]
    assert [path for path in feeds if f"/{path}" not in page] == []
    assert "[https://example.org/feeds/tag/planet.atom]\nname = The author of this blog\n" in page
    assert "face = hackergotchi.png\nfacewidth = 96\nfaceheight = 96\n" in page
    addresses = [outline.get("xmlUrl") for outline in opml.iter("outline") if outline.get("type")]
    assert addresses == [
        f"https://example.org/feeds/{path}.atom"
        for path in ("all", "category/debian", "tag/c", "tag/cpp", "tag/planet")
    ]


def test_a_logo_that_is_not_there_stops_the_build(site, post):
    site.settings = 'FEEDS_LOGO = "static/none.png"'
    built = site.build()
    assert built.returncode == 1
    assert built.stderr.endswith("none.png cannot be read: No such file or directory\n")


def test_posts_of_one_title_in_two_years_stand_in_a_feed_once(site, post):
    site.write("one.md", post())
    site.write("two.md", post(date="2010-03-08"))
    site.write("two-de.md", "Lang: de\n" + post(date="2010-03-09"))
    found = ids(site.feed())
    assert len(found) == 3
    assert set(found) == {
        f"tag:example.org,2009:post/{name}.md" for name in ("one", "two", "two-de")
    }


def test_a_translation_and_a_slug_of_other_letters_get_the_feeds_form_of_transcripts():
    page, form = '<figure class="transcript" id="t">page</figure>', "<pre>feed</pre>"

    def text(url, *translations):
        woven = SimpleNamespace(feed=lambda: {"t": form})
        named = {"url": url, "save_as": f"{url}index.html", "translations": list(translations)}
        return SimpleNamespace(transcripts=woven, **named)

    articles = [text("2009/a/", text("2009/a-de/")), text("2009/caf\u00e9/")]
    links = ["2009/a/", "2009/a-de/", "2009/caf%C3%A9/"]
    items = [{"link": f"https://example.org/b/{link}", "content": page} for link in links]
    context = {"articles": articles, "SITEURL": "https://example.org/b"}
    _put_into_feed(context, SimpleNamespace(items=items))
    assert [item["content"] for item in items] == [form] * 3
