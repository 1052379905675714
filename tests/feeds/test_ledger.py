"""What a build must keep of the feeds that were published before it."""

import json
from pathlib import Path

from feeds.ledger import changed_ids, kept_feeds
from feeds.rules import feed_problems


def published(site):
    built = site.build()
    assert built.returncode == 0, built.stderr
    return site.files()


def test_the_feeds_of_a_tag_that_lost_its_posts_stay_without_entries(site, post):
    site.write("make.md", post())
    before = published(site)
    site.write("make.md", post().replace("C++, ", ""))
    after = published(site)
    kept = kept_feeds(before, after)
    assert sorted(kept) == [f"feeds/tag/cpp.{form}" for form in ("atom", "json", "rss")]
    assert [p for path, data in kept.items() for p in feed_problems(Path(path), data)] == []
    assert b"tag:example.org,2009:feeds/tag/cpp.atom" in kept["feeds/tag/cpp.atom"]
    assert json.loads(kept["feeds/tag/cpp.json"])["items"] == []
    assert not any(b"A post" in data for data in kept.values())
    assert kept_feeds(kept, after) == kept


def test_nothing_else_is_kept(site, post):
    site.write("make.md", post())
    before = published(site)
    assert kept_feeds(before, before) == {}
    assert kept_feeds({"feeds/feeds.opml": b"", "feeds/index.html": b""}, {}) == {}


def test_a_renamed_source_is_told_with_the_line_that_keeps_its_id(site, post):
    site.write("make.md", post())
    before = published(site)
    (site.content / "make.md").rename(site.content / "new name.md")
    assert changed_ids(before, published(site), "content") == (
        (
            "content/new name.md: its id was tag:example.org,2009:post/make.md when it was"
            " published last, and readers would show it again; add the line to its front matter:"
            " Id: tag:example.org,2009:post/make.md"
        ),
    )
    (site.content / "new name.md").write_text("Id: tag:example.org,2009:post/make.md\n" + post())
    assert changed_ids(before, published(site), "content") == ()


def test_a_post_that_moved_with_its_site_or_was_withdrawn_is_no_problem(site, post):
    site.write("make.md", post())
    site.write("other.md", post(title="Other", slug="other", date="2009-03-09"))
    before = published(site)
    site.settings = 'SITEURL = "https://elsewhere.example/blog"'
    site.write("make.md", post(title="Another title", slug="another"))
    (site.content / "other.md").unlink()
    site.write("newest.md", post(title="Newest", slug="newest", date="2009-03-10"))
    assert changed_ids(before, published(site), "content") == ()


def test_a_new_post_of_a_recurring_title_is_no_renamed_one(site, post):
    site.write("old.md", post(title="Report"))
    before = published(site)
    (site.content / "old.md").unlink()
    site.write("new.md", post(title="Report", slug="report", date="2010-03-08"))
    assert changed_ids(before, published(site), "content") == ()
    (site.content / "new.md").unlink()
    site.write("renamed.md", post(title="Report", slug="report"))
    assert len(changed_ids(before, published(site), "content")) == 1


def test_what_is_no_json_feed_is_kept_as_an_empty_one():
    for data in (b"<html>", b"[1]", b"\xff", b"[" * 200_000):
        kept = kept_feeds({"feeds/x.json": data}, {})
        assert json.loads(kept["feeds/x.json"]) == {"items": []}
