"""A feed without a fault, and the same with one each: the rules tell it, and nothing else."""

import json
from pathlib import Path

import pytest

from feeds.rules import feed_problems
from feeds.rules.content import content_problems
from feeds.rules.dates import is_rfc822, is_rfc3339

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>tag:example.org,2009:feeds/all.atom</id>
<title>A blog</title>
<updated>2009-03-08T18:21:00+00:00</updated>
<author><name>Somebody</name></author>
<link rel="self" href="https://example.org/feeds/all.atom"/>
<link rel="alternate" href="https://example.org/"/>
<entry>
<id>tag:example.org,2009:a</id>
<title>A post</title>
<link rel="alternate" href="https://example.org/a/"/>
<updated>2009-03-08T18:21:00+00:00</updated>
<content type="html">&lt;p&gt;Words&lt;/p&gt;</content>
</entry>
</feed>
"""
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>A blog</title>
<link>https://example.org/</link>
<description>About</description>
<language>en</language>
<lastBuildDate>Sun, 08 Mar 2009 18:21:00 +0000</lastBuildDate>
<atom:link rel="self" href="https://example.org/feeds/all.rss"/>
<image><url>https://example.org/i.png</url><title>A blog</title><link>https://example.org/</link>
<width>96</width><height>96</height></image>
<item>
<title>A post</title>
<link>https://example.org/a/</link>
<guid isPermaLink="false">tag:example.org,2009:a</guid>
<pubDate>Sun, 08 Mar 2009 18:21:00 +0000</pubDate>
<description>&lt;p&gt;Words&lt;/p&gt;</description>
</item>
</channel>
</rss>
"""
JSON = """{
"version": "https://jsonfeed.org/version/1.1",
"title": "A blog",
"home_page_url": "https://example.org/",
"feed_url": "https://example.org/feeds/all.json",
"authors": [{"name": "Somebody"}],
"language": "en",
"items": [{
"id": "tag:example.org,2009:a",
"url": "https://example.org/a/",
"title": "A post",
"content_html": "<p>Words</p>",
"date_published": "2009-03-08T18:21:00+00:00"
}]
}
"""
OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>A blog</title></head><body>
<outline type="rss" text="A blog" xmlUrl="https://example.org/a" htmlUrl="https://example.org/"/>
</body></opml>
"""
FEEDS = {".atom": ATOM, ".rss": RSS, ".json": JSON, ".opml": OPML}


def found(suffix: str, text: str) -> list[str]:
    path = Path(f"feeds/all{suffix}")
    return [p.removeprefix(f"{path}: ") for p in feed_problems(path, text.encode("utf-8"))]


@pytest.mark.parametrize("suffix", FEEDS)
def test_a_good_feed_has_no_problem(suffix: str) -> None:
    assert found(suffix, FEEDS[suffix]) == []


@pytest.mark.parametrize(
    ("suffix", "old", "new", "problem"),
    [
        (".atom", "</feed>", "", "not well-formed XML: no element found"),
        (".atom", "A post", "A \x07", "not well-formed XML: not well-formed (invalid token)"),
        (".atom", '<feed xmlns="http://www.w3.org/2005/Atom"', "<feed", "its root is feed, not an"),
        (".atom", "<?xml", "<!DOCTYPE feed>\n<?xml", "it has a document type"),
        (".atom", "<id>tag:example.org,2009:a</id>", "", "entry 'A post' has no id"),
        (".atom", "<id>tag:example.org,2009:a<", "<id>a b<", "id 'a b' is no absolute URI"),
        (".atom", "<title>A blog</title>", "", "the feed has no title"),
        (".atom", "<title>A post</title>", "<title/>", "entry 'tag:example.org,2009:a': it has no"),
        (".atom", "<author><name>Somebody</name></author>", "", "entry 'A post' has no author"),
        (".atom", "<name>Somebody</name>", "", "an author has no name"),
        (".atom", "08T18:21:00+00:00</u", "08</u", "the feed: updated '2009-03-08' is no date"),
        (".atom", "org/feeds/all.atom", "org/al.atom", "the feed says that it is at 'https://exam"),
        (".atom", '"https://example.org/"', '"/"', "the feed's alternate link '/' is no absolute"),
        (".atom", '"https://example.org/a/"', '"/a/"', "entry 'A post': link '/a/' is no absolute"),
        (".atom", 'type="html"', 'type="text"', "entry 'A post': its content is of type 'text'"),
        (".atom", 'xml:lang="en"', 'xml:lang="?"', "language '?' is no language tag"),
        (".atom", "&lt;p&gt;Words&lt;/p&gt;", "", "entry 'A post': it has no content"),
        (".atom", "<entry>", "<enrty/><entry>", "the feed has an element enrty, which Atom does"),
        (".rss", 'isPermaLink="false"', "", "item 'A post': its guid is no address, and lacks"),
        (".rss", "<language>", "<language>x y", "language 'x yen' is no language tag"),
        (".rss", "Sun, 08", "Mon, 08", "the channel: lastBuildDate 'Mon, 08 Mar 2009 18:21:00"),
        (".rss", "<description>About</description>", "", "the channel has no description"),
        (".rss", "<guid", "<author>Me</author><guid", "item 'A post': author 'Me' is no e-mail"),
        (".rss", "<width>96", "<width>960", "the image's width is '960'; expected at most 144"),
        (".rss", "<image><url>", "<image><title/><url>", "the image has 2 elements title"),
        (".json", "{", "[", "not well-formed JSON: Expecting ',' delimiter: line 2 column 10"),
        (".json", "version/1.1", "version/1", "its version is 'https://jsonfeed.org/version/1'"),
        (".json", '"url": ', '"uri": ', "entry 'A post': link '' is no absolute URL"),
        (".json", '"items": [{', '"tiems": [{', "it is no JSON Feed: an object with items"),
        (".json", '"A post"', "7", "item '': title is no str"),
        (".json", '+00:00"', '"', "item 'A post': date_published '2009-03-08T18:21:00' is no"),
        (".json", '{"name": "Somebody"}', "{}", "the feed has an author without a name"),
        (".opml", 'xmlUrl="https://example.org/a"', "", "outline 'A blog': xmlUrl None is no"),
        (".opml", 'text="A blog"', "", "an outline has no text"),
        (".opml", "<title>A blog</title>", "", "the list has no title"),
    ],
)
def test_a_fault_is_told(suffix: str, old: str, new: str, problem: str) -> None:
    assert old in FEEDS[suffix]
    told = found(suffix, FEEDS[suffix].replace(old, new, 1))
    assert any(one.startswith(problem) for one in told), told


def test_entries_of_one_id_or_one_moment_are_told() -> None:
    start, end = ATOM.index("<entry>"), ATOM.index("</feed>")
    assert found(".atom", ATOM[:end] + ATOM[start:]) == [
        "2 entries have the id 'tag:example.org,2009:a'",
        (
            "entries 'A post', 'A post' have the same moment 2009-03-08T18:21:00+00:00;"
            " give one another time"
        ),
    ]


def test_a_feed_that_is_too_large_or_too_long_is_told() -> None:
    feed = json.loads(JSON)
    item = feed["items"][0]
    feed["items"] = [
        {**item, "id": f"tag:{n}", "date_published": f"2009-03-{n:02}T00:00:00Z"}
        for n in range(1, 17)
    ]
    assert found(".json", json.dumps(feed)) == ["it has 16 entries; 15 are enough"]
    feed["items"] = [{**item, "content_html": "word " * 120_000}]
    assert found(".json", json.dumps(feed))[0].startswith("it has 600")


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<p>a<script>x</script>", "its content has <script>, which readers drop"),
        ("<iframe></iframe>", "its content has <iframe>, which readers drop"),
        ("<details>a</details>", "its content has <details>, which readers drop"),
        ("<h3>a</h3>", "its content has <h3>; headings of an entry begin with h4"),
        ("<p class=a>", "its content has the attribute class on <p>, which readers drop"),
        ("<p data-a=b>", "its content has the attribute data-a on <p>, which readers drop"),
        ("<p onclick=b>", "its content has the attribute onclick on <p>, which readers drop"),
        ('<a href="/x">a</a>', "its content has href='/x', which is no absolute URL"),
        ('<a href="#x">a</a>', "its content has href='#x', which is no absolute URL"),
        ('<a href="javascript:x">a</a>', "its content has href='javascript:x', which is no"),
        ('<p style="margin: 0">a', "its content has style='margin: 0'; nothing but a colour"),
        ("a\x07", "its content has the control character U+0007"),
        ("<pre>a\n<span>b</span></pre>", "in a transcript, the newline after 'a' stands before a"),
        ("<pre><div>a</div></pre>", "a transcript holds <div>, which readers show in their own"),
    ],
)
def test_what_readers_drop_or_misread_is_told(html: str, problem: str) -> None:
    (told,) = content_problems(html)
    assert told.startswith(problem)


def test_a_picture_needs_words_and_a_size() -> None:
    picture = '<img src="https://example.org/x.png"'
    assert list(content_problems(f"{picture}>")) == [
        "picture 'https://example.org/x.png' has no alternative text",
        "picture 'https://example.org/x.png' has no width and height",
    ]
    assert list(content_problems(f'{picture} alt="x" width="6" height="4">')) == []


@pytest.mark.parametrize(
    "html",
    [
        "<pre><span>a</span>\n<span>b</span>\n\n<span>c</span></pre>",
        "<pre><code>a\nb\n</code></pre>",
        '<p><a href="mailto:a@example.org">a</a> <span style="color: #22873b">b</span>',
    ],
)
def test_what_readers_keep_is_no_problem(html: str) -> None:
    assert list(content_problems(html)) == []


def test_dates_are_those_of_their_form() -> None:
    assert is_rfc3339("2009-03-08T18:21:00Z")
    assert not is_rfc3339("2009-02-30T18:21:00Z")
    assert not is_rfc3339("2009-03-08 18:21:00Z")
    assert is_rfc822("Sun, 08 Mar 2009 18:21:00 +0000")
    assert not is_rfc822("Sun, 8 Mar 09 18:21:00 UT")
    assert not is_rfc822("Sun, 30 Feb 2009 18:21:00 +0000")
