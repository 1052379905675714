"""What keeps a site from leaving: each check finds its kind of problem, and says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from workshop.checks import drafts, feeds, gone, ids, known, markup, secrets
from workshop.checks.built import Built
from workshop.errors import MisuseError

from .conftest import write

FEED = """\
<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title>
<link href="https://b.example/a/" rel="alternate"/><id>{}</id></entry></feed>
"""


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A site of one page."""
    write(tmp_path, "site/a/index.html", page("<p>Words."))
    return Built(
        site=tmp_path / "site",
        address="https://b.example",
        today=date(2026, 11, 22),
    )


def page(body: str) -> str:
    head = "<!doctype html><html lang=en><head><meta charset=utf-8><title>T</title></head>"
    return f"{head}<body><main>{body}</main></body></html>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("\n<p>a</b>", "a/index.html:2: not valid HTML: "),
        ("<i id=x></i><b id=x></b>", "a/index.html: 2 elements have the id 'x'"),
        ('<p title="a"b">', "a/index.html:1: not valid HTML: "),
    ],
)
def test_what_is_not_valid_html_is_found(built: Built, body: str, said: str):
    write(built.site, "a/index.html", page(body))
    assert [problem[: len(said)] for problem in markup.problems(built)][:1] == [said]


def test_a_valid_page_is_no_problem(built: Built):
    assert list(markup.problems(built)) == []


def test_drafts_and_posts_of_tomorrow_are_found(built: Built):
    write(built.site, "drafts/b/index.html", page(""))
    write(built.site, "f.atom", "<published>2026-11-23T00:00:00+00:00</published>")
    write(built.site, "f.rss", "<pubDate>Mon, 23 Nov 2026 00:00:00 +0000</pubDate>")
    write(built.site, "f.json", '{"date_published": "2026-11-22T10:00:00Z"}')
    found = [line.partition(": ")[0] for line in drafts.problems(built)]
    assert found == ["drafts/b/index.html", "f.atom", "f.rss"]


def test_a_date_that_is_none_is_no_problem(built: Built):
    write(built.site, "data.json", '{"date_published": "soon"}')
    assert list(drafts.problems(built)) == []


def test_what_an_entry_breaks_in_many_feeds_is_told_once(built: Built):
    item = '"items": [{"id": "1", "title": "A", "content_html": "<img src=\'x\' alt=\'\'>"}]'
    for name in ("a.json", "b.json", "c.json"):
        write(built.site, name, f'{{"version": "https://jsonfeed.org/version/1.1", {item}}}')
    found = [line for line in feeds.problems(built) if "width and height" in line]
    assert found == ["a.json and 2 more: entry 'A': picture 'x' has no width and height"]


def test_what_readers_have_now_and_would_lose_is_found(built: Built):
    before = frozenset(
        {"a/index.html", "old/index.html", "feeds/x.atom", "p.png", "pagefind/i.json"}
    )
    found = list(gone.problems(replace(built, before=before)))
    assert [line.partition(": ")[0] for line in found] == ["feeds/x.atom", "old/index.html"]
    assert "'Aliases: /old/'" in found[1]


def test_a_post_that_would_be_new_to_planets_is_found(built: Built):
    write(built.site, "f.atom", FEED.format("tag:a,2009:post/new.md"))
    live = {"f.atom": FEED.format("tag:a,2009:post/old.md").encode()}
    (found,) = ids.problems(replace(built, feeds_before=live))
    assert found.startswith("content/new.md: its id was tag:a,2009:post/old.md")
    assert found.endswith("Id: tag:a,2009:post/old.md")


def test_a_post_that_keeps_its_id_or_is_new_is_no_problem(built: Built):
    write(built.site, "f.atom", FEED.format("tag:old"))
    live = {"f.atom": FEED.format("tag:old").encode()}
    assert list(ids.problems(replace(built, feeds_before=live))) == []
    assert list(ids.problems(built)) == []


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "ghp_" + "a1" * 18,
        "AKIA" + "ABCD" * 4,
        "glpat-" + "a" * 20,
        "/home/ada",
    ],
)
def test_a_secret_is_found_and_not_repeated(built: Built, secret: str):
    write(built.site, "a/t.txt", f"one\ntwo {secret} three\n")
    (found,) = secrets.problems(replace(built, secrets=("/home/ada",)))
    assert found.startswith("a/t.txt:2: holds ")
    assert secret not in found


@pytest.mark.parametrize("shown", ["a&lt;b&quot;ü", 'a&lt;b"ü', 'a<b\\"\\u00fc'])
def test_a_secret_is_found_as_pages_and_feeds_write_it(built: Built, shown: str):
    write(built.site, "a/t.txt", f"one {shown}\n")
    (found,) = secrets.problems(replace(built, secrets=('a<b"ü',)))
    assert found.startswith("a/t.txt:1: holds what is yours alone")


@pytest.mark.parametrize(
    "body",
    [
        "<pre><b>-----</b><b>BEGIN</b> <b>RSA</b> <i>PRIVATE</i> <b>KEY</b></pre>",
        "<p>\u2014\u2013BEGIN OPENSSH PRIVATE\u00a0KEY\u2014\u2013",
        "<p>BEGIN PGP PRIVATE&nbsp;KEY BLOCK",
        "<pre>x = <i title='>'>/</i><b>home</b><!-- > --><i>/</i><b>ada</b></pre>",
        "<pre><b>glpat</b><i>-</i><b>aaaaaaaaaabbbbbbbbbb</b></pre>",
    ],
)
def test_a_secret_is_found_where_readers_see_it_though_tags_cut_it(built: Built, body: str):
    write(built.site, "a/index.html", page(f"<p\nclass=x>Words.\n{body}\n"))
    (found,) = secrets.problems(replace(built, secrets=("/home/ada",)))
    assert found.startswith("a/index.html:3: holds ")
    assert found.endswith("; take it out of the post")


def test_words_about_keys_are_no_secret(built: Built):
    write(built.site, "a/index.html", page("<p>BEGIN with a PRIVATE KEY, or a private key: ghp_"))
    assert list(secrets.problems(replace(built, secrets=("/home/ada",)))) == []


def test_a_check_that_there_is_not_cannot_be_forced():
    assert known(["links", "examples"]) == {"links", "examples"}
    with pytest.raises(MisuseError, match="--force link: there is no such check; did you mean"):
        known(["link"])
