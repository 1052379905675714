"""The search as a reader meets it: in a browser, without a server of its own."""

from __future__ import annotations

import pytest

from ..addresses.conftest import Site
from .conftest import Browser


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("inode", "Make & time"),
        ("glockenspiel", "Make & time"),
        ("posix_fallocate", "Make & time"),
        ("xylophone", "Make & time"),
        ("C++", "Later"),
        ("mandolin", "About"),
    ],
)
def test_a_word_of_a_post_or_of_its_transcripts_finds_it(
    browser: Browser, words: str, title: str
) -> None:
    answer = browser.ask(type=words)
    assert answer["results"][0].replace("\xa0", " ") == title
    assert "with “" in answer["status"]
    assert answer["complaints"] == []


@pytest.mark.parametrize(
    ("words", "title", "marked"),
    [
        ("代码", "Zhongwen 世界没有银弹", "代码"),
        ("标题", "Zhongwen 世界没有银弹", "标题。"),  # one of the two is emphasised
        ("没有", "Zhongwen 世界没有银弹", "没有"),
        ("linux 世界", "Zhongwen 世界没有银弹", "世界"),
        ('"Linux内核的"', "Zhongwen 世界没有银弹", "Linux内核的"),
        ("記憶", "Japanese 猫の記事", "記憶"),
        ("ニャーニャー", "Japanese 猫の記事", "ニャーニャー"),
        ("つかぬ", "Japanese 猫の記事", "つかぬ。"),  # stands after が, which is no か
        ("全角の文字", "Japanese 猫の記事", "全角の文字"),
        ("ช่องว่าง", "Thai", "ช่องว่าง"),
    ],
)
def test_words_amid_a_sentence_without_spaces_are_found(
    browser: Browser, words: str, title: str, marked: str
) -> None:
    answer = browser.ask(type=words)
    assert [found.replace("\xa0", " ") for found in answer["results"]] == [title]
    assert answer["marked"] == [marked]
    assert answer["complaints"] == []


@pytest.mark.parametrize("words", ["码代", "世代", "北京上海", "代码 記憶", "づかぬ"])
def test_characters_that_stand_in_no_row_are_not_found(browser: Browser, words: str) -> None:
    answer = browser.ask(type=words)
    assert (answer["results"], answer["status"]) == ([], f"No page with “{words}”")


def test_an_excerpt_has_the_spaces_of_the_post_and_no_others(browser: Browser) -> None:
    text = browser.ask(type="内核")["text"]
    assert "我们写代码的时候。先看标题。Linux内核的世界里没有秘密 & 北京 上海。 第二段。 …" in text
    assert "\u2060" not in text


@pytest.mark.parametrize("words", ["bagpipe", "zephyrlib", "harpsichord", "remembered"])
def test_drafts_captions_tags_and_navigation_are_not_found(browser: Browser, words: str) -> None:
    answer = browser.ask(type=words)
    assert (answer["results"], answer["status"]) == ([], f"No page with “{words}”")


def test_an_address_with_a_question_is_answered_and_its_answers_lead_to_the_posts(
    browser: Browser,
) -> None:
    answer = browser.ask(query="?q=glockenspiel", follow=True)
    assert answer["links"] == [f"{browser.address}/2009/make-time/"]
    assert answer["followed"]["url"] == f"{browser.address}/2009/make-time/"
    assert [word.lower().strip(":") for word in answer["marked"]] == ["glockenspiel"]
    assert "8 March 2009" in answer["text"]


def test_what_is_asked_stands_in_the_address(browser: Browser) -> None:
    assert browser.ask(type="tambourine")["address"] == "?q=tambourine"


def test_posts_are_chosen_by_category_and_year(browser: Browser) -> None:
    answer = browser.ask(query="?category=Linux&year=2011")
    assert (answer["results"], answer["status"]) == (["Later"], "1 page")
    assert browser.ask(query="?q=tambourine&category=Debian")["results"] == []


def test_a_choice_of_one_is_not_offered(browser: Browser) -> None:
    text = browser.ask(query="?q=bassoon")["text"]
    assert "Category" in text
    assert "Year" in text
    assert "Then and now" not in text


def test_more_answers_come_when_they_are_asked_for(browser: Browser) -> None:
    answer = browser.ask(query="?q=bassoon")
    assert (answer["status"], len(answer["results"])) == ("12 pages with “bassoon”", 10)
    assert "More results" in answer["text"]
    answer = browser.ask(query="?q=bassoon", more=True)
    assert len(set(answer["links"])) == 12
    assert answer["focus"] == answer["links"][10]


def test_html_in_a_post_is_shown_as_text(browser: Browser) -> None:
    answer = browser.ask(type="tambourine")
    assert "<img src=x onerror=alert(1)>" in answer["text"]
    assert answer["elements"] == []


def test_without_a_script_the_page_says_so_and_leads_to_the_archive(
    browser: Browser, built: Site
) -> None:
    answer = browser.ask(script=False)
    assert "The search runs in your browser, by a script, and no script has run." in answer["text"]
    assert "Words of posts" not in answer["text"]
    links = [
        link.attributes["href"] for link in built.page("search/index.html").css("#search-off a")
    ]
    assert "../archives/" in links


def test_only_the_search_page_loads_anything(built: Site) -> None:
    pages = [name for name in built.files() if name.endswith(".html")]
    loading = [name for name in pages if built.page(name).css("script[src]")]
    assert loading == ["search/index.html"]
