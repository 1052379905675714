"""What machines read on a page: microformats, JSON-LD, links, languages and directions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

ROOT = Path(__file__).parents[2]

CONF = f"""
from pathlib import Path
exec((Path({str(ROOT)!r}) / "pelicanconf.py").read_text())
PATH = "content"
THEME = {str(ROOT / "theme")!r}
PLUGIN_PATHS = [{str(ROOT / "plugins")!r}]
PLUGINS = ["outline", "prose", "relations"]
"""

TITLE = """</script><b> & "quotes" --flags \\ {{ x }}"""
SUMMARY = "A short\u00a0one"
SECTIONS = "".join(f"## Part {n}\n\n{'word ' * 150}\n\n" for n in range(4))
POSTS = {
    "markup": f"Title: {TITLE}\nDate: 2020-01-01 10:00\nModified: 2020-02-03 04:05\n"
    f"Slug: markup\nCategory: Ideas & <Notes>\nTags: C++, R&D\nSummary: A <em>short</em> one\n\n"
    f"{SECTIONS}| a | b |\n|---|---|\n| 1 | 2 |\n",
    "arabic": "Title: العربية\nDate: 2020-01-02 10:00\nSlug: arabic\nLang: ar\n\nنص\n\n    code\n",
    "deutsch": "Title: Deutsch\nDate: 2019-01-07\nLang: de\nSlug: alone\n\nText.\n",
    "draft": "Title: Draft\nDate: 2020-01-03\nStatus: draft\nSlug: draft\n\nText.\n",
    "future": "Title: Future\nDate: 2999-01-03\nSlug: future\n\nText.\n",
    "first": "Title: First\nDate: 2019-01-05\nSeries: Two\nSlug: first\n\nText.\n",
    "second": "Title: Second\nDate: 2019-01-06\nSeries: Two\nSlug: second\n\nText.\n",
    "alone": "Title: Alone\nDate: 2019-01-07\nSeries: One\nSlug: alone\n\nText.\n",
}


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("semantics")
    (root / "content").mkdir()
    for name, text in POSTS.items():
        (root / "content" / f"{name}.md").write_text(text, encoding="utf-8")
    (root / "conf.py").write_text(CONF, encoding="utf-8")
    command = [sys.executable, "-m", "pelican", "--fatal", "errors", "-s", "conf.py"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "output"


def _page(output: Path, path: str) -> LexborHTMLParser:
    return LexborHTMLParser((output / path / "index.html").read_text(encoding="utf-8"))


@pytest.fixture
def post(output: Path) -> LexborHTMLParser:
    return _page(output, "2020/markup")


def _one(within: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = within.css(selector)
    assert len(found) == 1, f"{len(found)} of {selector}"
    return found[0]


def _data(page: LexborHTMLParser, kind: str) -> dict[str, Any]:
    scripts = [json.loads(node.text()) for node in page.css('script[type="application/ld+json"]')]
    (found,) = (data for data in scripts if kind in data["@type"])
    assert isinstance(found, dict)
    return found


def _shown(title: str) -> str:
    """With the quotes and the last space of fine typography."""
    return title.replace(' "', " “").replace('" ', "” ").replace(" }}", "\u00a0}}")


def test_a_title_is_text_wherever_it_stands(output: Path, post: LexborHTMLParser) -> None:
    shown = _shown(TITLE)
    assert _one(post, "h1").text() == shown
    assert _one(post, "title").text() == f"{shown} · Run, not remembered"
    assert _data(post, "BlogPosting")["headline"] == shown
    for path in ("", "archives", "2020", "tag/cpp", "category/ideas"):
        links = _page(output, path).css('main a[href$="2020/markup/"]')
        assert [link.text() for link in links] == [shown], path


def test_a_post_has_json_ld(post: LexborHTMLParser) -> None:
    data = _data(post, "BlogPosting")
    assert data["mainEntityOfPage"] == "https://example.org/2020/markup/"
    assert data["datePublished"] == "2020-01-01T10:00:00+00:00"
    assert data["dateModified"] == "2020-02-03T04:05:00+00:00"
    assert data["keywords"] == ["C++", "R&D"]
    assert data["description"] == SUMMARY
    assert data["author"]["name"]
    crumbs = _data(post, "BreadcrumbList")["itemListElement"]
    assert [crumb["name"] for crumb in crumbs][1] == "Ideas & <Notes>"


def test_the_first_page_tells_of_the_blog(output: Path) -> None:
    assert _data(_page(output, ""), "Blog")["url"] == "https://example.org/"


def test_a_post_is_an_h_entry(post: LexborHTMLParser) -> None:
    entry = _one(post, ".h-entry")
    assert _one(entry, ".u-url").attributes["value"] == "https://example.org/2020/markup/"
    assert _one(entry, ".dt-published").attributes["datetime"] == "2020-01-01T10:00:00+00:00"
    assert _one(entry, ".dt-updated").attributes["datetime"] == "2020-02-03T04:05:00+00:00"
    assert _one(entry, ".p-summary").attributes["value"] == SUMMARY
    assert "word" in _one(entry, ".e-content").text()
    assert _one(entry, ".p-author.h-card").text()
    assert [c.text() for c in entry.css(".p-category")] == ["Ideas & <Notes>", "C++", "R&D"]


@pytest.mark.parametrize("path", ["", "2020", "tag/cpp", "category/ideas"])
def test_a_list_is_an_h_feed(output: Path, path: str) -> None:
    feed = _one(_page(output, path), ".h-feed")
    assert _one(feed, "h1 .p-name, h1.p-name").text()
    for entry in feed.css(".h-entry"):
        assert _one(entry, ".p-name .u-url").text()
        assert _one(entry, ".dt-published").attributes["datetime"]
        assert _one(entry, ".p-summary").text()


def test_each_page_has_one_canonical_address_and_one_description(output: Path) -> None:
    for path in sorted(output.rglob("index.html")):
        page = LexborHTMLParser(path.read_text(encoding="utf-8"))
        if page.css('meta[name="robots"]') and not path.is_relative_to(output / "drafts"):
            continue
        place = path.parent.relative_to(output).as_posix().removeprefix(".")
        canonical = _one(page, 'link[rel="canonical"]').attributes["href"]
        assert canonical == f"https://example.org/{place}/".replace(".org//", ".org/")
        assert _one(page, 'meta[name="description"]').attributes["content"]
        if og := page.css('meta[property="og:url"]'):
            assert og[0].attributes["content"] == canonical


def test_what_is_shared_has_a_name_and_a_type(post: LexborHTMLParser) -> None:
    found = {
        node.attributes["property"]: node.attributes["content"]
        for node in post.css("meta[property]")
    }
    assert found["og:title"] == _shown(TITLE)
    assert found["og:type"] == "article"
    assert found["og:description"] == SUMMARY
    assert "og:image" not in found


@pytest.mark.parametrize(("path", "count"), [("", 1), ("tag/cpp", 2)])
def test_feeds_are_announced_in_each_form(output: Path, path: str, count: int) -> None:
    links = _page(output, path).css('link[rel="alternate"]')
    types = [link.attributes["type"] or "" for link in links]
    for form in ("atom+xml", "rss+xml", "feed+json"):
        assert types.count(f"application/{form}") == count


def test_a_post_from_the_right_is_marked_as_such_and_our_words_are_not(output: Path) -> None:
    page = _page(output, "2020/arabic-ar")
    html = _one(page, "html")
    assert (html.attributes["lang"], html.attributes["dir"]) == ("ar", "rtl")
    for selector in ("body > header", "body > footer", ".about", "p.meta"):
        ours = _one(page, selector)
        assert (ours.attributes["lang"], ours.attributes["dir"]) == ("en", "ltr"), selector


def test_a_list_marks_what_is_in_another_language(output: Path) -> None:
    entries = _page(output, "").css(".h-entry")
    assert [entry.attributes.get("lang") for entry in entries] == ["ar", None, None, None, None]
    assert all(_one(entry, "h2 a").attributes["dir"] == "auto" for entry in entries)


def test_a_translation_is_led_to_from_its_original_and_back(output: Path) -> None:
    for path, other, language in (("alone", "alone-de", "de"), ("alone-de", "alone", "en")):
        page = _page(output, f"2019/{path}")
        link = _one(page, ".about a[hreflang]").attributes
        assert link["href"] == f"../../2019/{other}/"
        assert link["hreflang"] == link["lang"] == language
        head = _one(page, "head link[hreflang]").attributes
        assert (head["href"], head["hreflang"]) == (
            f"https://example.org/2019/{other}/",
            language,
        )


def test_a_long_post_has_an_outline_whose_links_lead_somewhere(post: LexborHTMLParser) -> None:
    links = post.css(".outline a")
    assert [link.text() for link in links] == [f"Part {n}" for n in range(4)]
    for link in links:
        _one(post, f'[id="{(link.attributes["href"] or "").removeprefix("#")}"]')


def test_a_draft_is_not_for_search_engines(output: Path) -> None:
    page = _page(output, "drafts/draft")
    assert _one(page, 'meta[name="robots"]').attributes["content"] == "noindex"
    assert not page.css('script[type="application/ld+json"]')


def test_what_is_not_published_yet_is_in_no_list(output: Path) -> None:
    for path in ("", "archives", "2020"):
        text = (output / path / "index.html").read_text(encoding="utf-8")
        assert "Future" not in text
        assert "Draft" not in text


@pytest.mark.parametrize(("slug", "parts"), [("first", 2), ("alone", 0)])
def test_a_series_is_told_of_from_its_second_part_on(output: Path, slug: str, parts: int) -> None:
    page = _page(output, f"2019/{slug}")
    assert len(page.css(".series li")) == parts
    assert len(page.css(".meta a[href='#Series']")) == bool(parts)


def test_no_heading_can_take_the_id_of_a_part_of_the_page(output: Path) -> None:
    page = _page(output, "2019/first")
    for link in page.css(".skip, .meta a[href^='#']"):
        target = (link.attributes["href"] or "")[1:]
        assert target != target.lower()
        assert len(page.css(f"[id='{target}']")) == 1


def test_the_name_of_the_site_is_text_in_each_template() -> None:
    for path in (ROOT / "theme" / "templates").glob("*.html"):
        assert "{{ SITENAME }}" not in path.read_text(encoding="utf-8"), path
