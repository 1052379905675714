"""Whole builds: what a post's own words become on its page, in lists, feeds and cards."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from prose.ids import OF_THE_THEME

from ..addresses.conftest import REPOSITORY, Site

EXAMPLE = "```console\n$ touch f1\n```\n"
PICTURE = "![What the *plot* shows & more]({static}/images/plot.png)"
PLUGINS = ("transcripts", "feeds", "outline", "prose", "addresses", "search", "cards")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site", *PLUGINS)
    made.settings = 'TRANSCRIPTS_RUN = "never"\n'
    pictures = made.root / "content/images"
    pictures.mkdir()
    Image.new("1", (60, 40)).save(pictures / "plot.png")
    return made


def _ids(site: Site, name: str = "2009/post/index.html") -> list[str]:
    return [node.id or "" for node in site.page(name).css(".body [id]")]


# --- Ids -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [f"## Console touch\n\n{EXAMPLE}", f"{EXAMPLE}\n## Console touch\n"]
)
def test_a_heading_makes_way_for_an_example_wherever_it_stands(site: Site, text: str) -> None:
    site.write("post.md", text)
    site.good()
    assert sorted(_ids(site)) == ["console-touch", "console-touch_1"]
    page = site.page("2009/post/index.html")
    assert page.css_matches('h2#console-touch_1 > a[href="#console-touch_1"]')
    assert page.css_matches("figure#console-touch")


def test_headings_keep_apart_from_all_that_has_an_id(site: Site) -> None:
    heading = "## Console touch\n\n"
    own = '<p id="console-touch_1">Own.</p>\n\nAnd <b id="b">more</b>.\n\n## B\n\n'
    written = "## Another {#fn1}\n\n## Fn:1\n\nA note.[^1]\n\n[^1]: It.\n"
    site.write("post.md", f"[TOC]\n\n{heading}{EXAMPLE}\n{heading}{own}{written}")
    site.good()
    found = _ids(site)
    assert len(found) == len(set(found))
    assert [name for name in found if name.startswith(("console", "b", "fn"))] == [
        *("console-touch_2", "console-touch", "console-touch_3", "console-touch_1"),
        *("b", "b_1", "fn1", "fn1_1", "fnref:1", "fn:1"),
    ]
    links = [link.attributes["href"] for link in site.page("2009/post/index.html").css(".toc a")]
    assert links == ["#console-touch_2", "#console-touch_3", "#b_1", "#fn1", "#fn1_1"]


def test_an_id_of_the_authors_own_that_is_taken_is_told(site: Site) -> None:
    site.write(
        "post.md", f"```text\nid=x id=x\n```\n\n{EXAMPLE}\n## Touch {{: .x #console-touch }}\n"
    )
    site.write("fine.md", '`<b id="x">` and `<b id="x">`.\n')
    site.write("pages/page.md", '<p id="x">One</p>\n\n<p id="x">Two</p>\n')
    told = [line for line in site.bad() if "is also that of" in line]
    rest = "is also that of another part of the page, such as an example; give it another"
    assert told == [
        f"content/pages/page.md:5: id 'x' {rest}",
        f"content/post.md:13: id 'console-touch' {rest}",
    ]


def test_an_id_that_a_part_of_the_theme_has_is_told(site: Site) -> None:
    site.write("post.md", '## X {#Main}\n\n## Main\n\n## Series\n\n<p id="Series">Y</p>\n')
    told = [line for line in site.bad() if "is also that of" in line]
    rest = "is also that of another part of the theme; give it another"
    assert told == [
        f"content/post.md:5: id 'Main' {rest}",
        f"content/post.md:11: id 'Series' {rest}",
    ]


def test_the_ids_of_the_theme_are_those_around_a_text() -> None:
    templates = REPOSITORY / "theme/templates"
    around = (path for path in templates.glob("*.html") if path.name != "search.html")
    found = (re.findall(r'\sid="([^"{]+)"', path.read_text(encoding="utf-8")) for path in around)
    assert {name for names in found for name in names} == set(OF_THE_THEME)


# --- Markup and references -------------------------------------------------------------


def test_what_would_vanish_or_lead_nowhere_is_told_with_its_line(site: Site) -> None:
    site.write("a.md", "`<src>`\n\nRun cp <src> now.[^nope]\n\n[^u]: Unused.\n")
    site.write("b.md", f"{EXAMPLE}\n[see][nosuch]\n\n<p>An <em>open\n", summary="A <b>c")
    site.write("pages/c.md", "```text\n<b> [^1] [a][b]\n```\n\n<div>\n\nText.\n")
    site.write("pages/d.md", "Then\n<src [a](b.html) >\n")
    told = [line for line in site.bad() if line.startswith("content/")]
    kept = "or write &lt;{0}> if it is text"
    define = "or put it in backquotes"
    unused = "put [^u] where it belongs, or remove the note"
    assert told == [
        f"content/a.md:7: <src> is no element of HTML; write &lt;src>, {define}",
        f"content/a.md:7: [^nope] has no note; add a line '[^nope]: …', {define}",
        f"content/a.md:9: nothing refers to note [^u]; {unused}",
        f"content/b.md:4: <b> is not closed before </p>; end it with </b>, {kept.format('b')}",
        f"content/b.md:10: [see][nosuch] leads nowhere; add a line '[nosuch]: ADDRESS', {define}",
        f"content/b.md:12: <em> is never closed; end it with </em>, {kept.format('em')}",
        f"content/pages/c.md:7: <div> is never closed; end it with </div>, {kept.format('div')}",
        f"content/pages/d.md:4: <src …> is no element of HTML; write &lt;src …>, {define}",
    ]


def test_no_part_of_a_page_that_we_make_is_told(site: Site) -> None:
    parts = [
        "[TOC]\n\n<b>Own</b>.[^1] `<src>` [^1]\n\n## A `<b>` & c\n\n[^1]: `<i>`\n\n    More.\n",
        f"{EXAMPLE}\n```console\n$ echo '<b>' [^1] [a][b]\n<b>\n```\n",
        "| `<a>` | b |\n|---|---|\n| 1 | 2 |\n",
        "```cpp\nstd::vector<int> a[i][j];\n```\n\n```html file=a.html\n<p>An <em>open [^2]\n```\n",
        "Term\n:   Words\n\n- a\n\n    > b\n\n<details><summary>x</summary>\n<p>y</details>\n",
    ]
    site.write("post.md", "\n".join(parts), title="A <b> [^9]", summary="Its <em>words</em> `<b>`")
    site.good()


# --- Summaries -------------------------------------------------------------------------

WORDS = "What the *plot* shows & more"


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (f"{PICTURE}\n\nThe *first* words.[^1]\n\n[^1]: A note.\n", "The first words."),
        (f"{PICTURE}[^1]\n\n[^1]: A note.\n", WORDS),
        (f"{PICTURE}\n\n{EXAMPLE}", WORDS),
        (f"{PICTURE}\n\n| a |\n|---|\n| b |\n\nWords.\n", "Words."),
        ("Words with a note.[^1]\n\n[^1]: A note.\n", "Words with a note."),
        (f"{PICTURE} and words.\n\nMore.\n", "and words."),
        ("Two<br>lines<BR/>of  \nwords<br> here.\n", "Two lines of words here."),
        (
            f"{PICTURE}\n\n- One *item*<br>of[^1]\n    - two\n- Two\n\n[^1]: A note.\n",
            "One item of",
        ),
        (f"1. {PICTURE}\n2. Second\n", "Second"),
        ("## Head\n\nTerm\n:   Its words.\n", "Its words."),
        (EXAMPLE, "The title"),
    ],
)
@pytest.mark.parametrize("folder", ["", "pages/"])
def test_a_text_is_described_by_words(site: Site, text: str, about: str, folder: str) -> None:
    site.write(f"{folder}post.md", text, title="The title", slug="post")
    site.good()
    page = site.page("post/index.html" if folder else "2009/post/index.html")
    for selector in ('meta[name="description"]', 'meta[property="og:description"]'):
        (meta,) = page.css(selector)
        assert " ".join((meta.attributes["content"] or "").split()) == about
    if not folder and about != "The title":
        (summary,) = site.page("index.html").css(".p-summary")
        assert " ".join(summary.text().split()) == about


def test_a_summary_of_the_authors_own_stays(site: Site) -> None:
    site.write("post.md", f"{PICTURE}\n\nText.\n", summary="My `words`.")
    site.write("other.md", PICTURE, summary=PICTURE)
    site.good()
    feed = json.loads(site.text("feeds/all.json"))
    assert {item["summary"] for item in feed["items"]} == {"My words.", WORDS}


def test_the_mark_of_a_note_is_no_word_of_a_summary(site: Site) -> None:
    note = "Text.[^a b]\n\n[^a b]: A note.\n"
    site.write("post.md", note, summary="A word[^a b] of `x[^a b]` <br>and [^z].")
    site.good()
    (item,) = json.loads(site.text("feeds/all.json"))["items"]
    assert item["summary"] == "A word of x[^a b] and [^z]."


# --- Pictures --------------------------------------------------------------------------


def test_pictures_of_posts_and_pages_have_their_sizes_in_pages_and_feeds(site: Site) -> None:
    beside = "![Beside]({attach}beside.png) ![Elsewhere](https://example.net/a.png)\n"
    gone = "![Linked](../../images/plot.png)\n"
    site.write("posts/post.md", f"{PICTURE} {beside}{gone}")
    Image.new("1", (3, 2)).save(site.root / "content/posts/beside.png")
    site.write("pages/page.md", f"{PICTURE}\n")
    site.good()
    assert "2009/post/beside.png" in site.files()
    names = ("width", "height", "loading")
    images = site.page("2009/post/index.html").css(".body img")
    assert [tuple(image.attributes.get(name) for name in names) for image in images] == [
        ("60", "40", None),
        ("3", "2", "lazy"),
        (None, None, None),
        ("60", "40", "lazy"),
    ]
    assert site.page("page/index.html").css_matches('img[width="60"][height="40"]')
    (item,) = json.loads(site.text("feeds/all.json"))["items"]
    assert item["content_html"].count(' width="60" height="40"') == 2
    assert (
        'src="https://example.org/2009/post/beside.png" width="3" height="2"'
        in (item["content_html"])
    )
    assert "loading" not in item["content_html"]


# --- Titles ----------------------------------------------------------------------------


def test_a_title_has_the_same_quotes_everywhere_as_the_text(site: Site) -> None:
    site.write("post.md", 'It\'s "so" -- or not...\n', title='It\'s "so" -- or not...', slug="post")
    site.good()
    title = "It\u2019s \u201cso\u201d \u2014 or\u00a0not\u2026"
    page, index = site.page("2009/post/index.html"), site.page("index.html")
    found = {
        "page": page.css("h1")[0].text(),
        "text": page.css(".body p")[0].text(),
        "head": page.css("title")[0].text().partition(" · ")[0],
        "og": page.css('meta[property="og:title"]')[0].attributes["content"],
        "list": index.css(".posts h2")[0].text(),
        "archive": site.page("archives/index.html").css("main a[href*=post]")[0].text(),
        "card": page.css('meta[property="og:image:alt"]')[0].attributes["content"],
        "json": json.loads(site.text("feeds/all.json"))["items"][0]["title"],
    }
    shown = {name: " ".join((text or "").split()) for name, text in found.items()}
    card = shown.pop("card")
    assert shown == dict.fromkeys(shown, " ".join(title.split()))
    assert " ".join(title.split()) in card
    for form in ("atom", "rss"):
        assert f"<title>{' '.join(title.split())}</title>" in site.text(f"feeds/all.{form}")
