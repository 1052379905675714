"""Cards as other sites show them, and what templates are told of them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from cards.card import Card, Example
from cards.config import ConfigError, read_config
from cards.draw import png
from cards.letters import Face
from cards.lines import fit

from ..addresses.conftest import Site

CARD = Card(
    site="Run, not remembered",
    title="Make, tmpfs and the granularity of time",
    date="8 March 2009",
    verdict="still holds",
    example=Example(prompt="$ ", command="make", output="make: 'f2' is up to date."),
)
TRANSCRIPT = """\
<figure class="transcript"><pre><samp><span class="prompt">$ </span><kbd>make</kbd>
<span>done</span></samp></pre></figure>
"""


def card(**changes: object) -> Card:
    usual = {name: getattr(CARD, name) for name in Card.__dataclass_fields__}
    return Card(**{**usual, **changes})


def picture(shown: Card) -> Image.Image:
    return Image.open(BytesIO(png(shown))).convert("RGB")


def differs(one: Card, other: Card, box: tuple[int, int, int, int]) -> bool:
    """Whether two cards look different within a box."""
    pair = (picture(shown).crop(box) for shown in (one, other))
    return ImageChops.difference(*pair).getbbox() is not None


HEAD, TITLE, FACTS, FOOT = (
    (0, 0, 1200, 120), (0, 130, 1200, 360), (0, 370, 1200, 450), (0, 454, 1200, 630)
)  # fmt: skip


def test_a_card_is_a_small_png_of_the_size_that_is_asked_for() -> None:
    data = png(CARD)
    image = Image.open(BytesIO(data))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(data) < 60_000


def test_the_same_post_has_the_same_card() -> None:
    assert png(CARD) == png(CARD)


@pytest.mark.parametrize(
    ("change", "box"),
    [
        ({"site": "Another"}, HEAD),
        ({"title": "Another"}, TITLE),
        ({"date": "9 March 2009"}, FACTS),
        ({"verdict": "changed since"}, FACTS),
        ({"holds": False}, FACTS),
        ({"example": Example(prompt="# ", command="make", output="")}, FOOT),
        ({"example": None}, FOOT),
    ],
)
def test_a_card_shows_all_that_it_is_given(
    change: dict[str, object], box: tuple[int, int, int, int]
) -> None:
    assert differs(CARD, card(**change), box)


@pytest.mark.parametrize(
    "title",
    [
        "日本語のタイトル",
        "مرحبا بالعالم",
        "שלום",
        "हिन्दी",
        "Debian 日本",
        "x\N{COMBINING X ABOVE}",
        "🎉",
    ],
)
def test_a_title_without_its_letters_gives_its_place_to_the_site_s_name(title: str) -> None:
    assert png(card(title=title)) == png(card(title=""))
    assert differs(CARD, card(title=title), TITLE)


@pytest.mark.parametrize(
    "title",
    [
        "Ελληνικά",
        "Русский",
        "naïve façade",
        "“quotes”—dashes…",
        "if a < b && --flags > c",
        "e\u0301te",
    ],
)
def test_other_letters_are_set(title: str) -> None:
    assert png(card(title=title)) != png(card(title=""))


def test_decoration_that_has_no_letter_is_left_out_alone() -> None:
    assert png(card(title="A 🎉party\a")) == png(card(title="A party"))


def test_output_without_its_letters_is_left_out_and_its_command_stays() -> None:
    def with_output(output: str) -> Card:
        return card(example=Example(prompt="$ ", command="make", output=output))

    assert png(with_output("日本")) == png(with_output(""))


@pytest.mark.parametrize("title", ["word " * 120, "w" * 500, "a", "W" * 60])
def test_a_title_of_any_length_stays_within_the_margins(title: str) -> None:
    image = picture(card(title=title.strip(), example=None))
    for box in ((0, 0, 60, 630), (1140, 0, 1200, 630), (0, 540, 1200, 556)):
        assert len(image.crop(box).getcolors() or ()) == 1


def test_a_title_takes_the_largest_size_that_needs_no_word_to_be_broken() -> None:
    def measure(text: str, size: int) -> float:
        return len(text) * size / 2

    assert fit("a bc", (40, 20), 100, 100, measure).size == 40
    assert fit("abcdefghi", (40, 20), 100, 100, measure).size == 20
    assert fit("abcdefghijk lm", (40, 20), 100, 100, measure).lines == ("abcdefghij", "k lm")
    assert fit("one two three", (20,), 50, 50, measure).lines == ("one", "two…")


def test_spaces_that_do_not_break_are_kept() -> None:
    assert Face(family="sans", weight=700).settable("a\u00a0b  \n c") == "a\u00a0b c"


def test_a_card_is_described_in_words() -> None:
    assert CARD.alt == (
        "Make, tmpfs and the granularity of time. Run, not remembered. 8 March 2009, still holds. "
        "$ make. make: 'f2' is up to date."
    )
    assert len(card(title="word " * 200).alt) == 300


def test_a_wrong_setting_is_told_by_its_name() -> None:
    with pytest.raises(ConfigError) as error:
        read_config({"CARDS_CACHE": ""})
    assert str(error.value) == "CARDS_CACHE is ''; expected a directory, such as '.cache/cards'"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site", "cards")


def test_each_published_post_has_a_card_and_the_site_has_one(site: Site) -> None:
    site.write("make.md", TRANSCRIPT, title="Make &amp; <em>time</em>")
    site.write("hidden.md", status="hidden")
    site.write("draft.md", status="draft")
    site.write("french.md", lang="fr", slug="make-time")
    site.write("pages/about.md")
    site.good()
    assert {name for name in site.files() if name.startswith("cards/")} == {
        "cards/site.png",
        "cards/2009/make-time.png",
        "cards/2009/make-time-fr.png",
        "cards/2009/hidden.png",
    }


def test_templates_are_told_of_cards_and_what_they_show(site: Site) -> None:
    (site.root / "templates").mkdir()
    (site.root / "templates" / "article.html").write_text(
        "{{ article.card }}\n{{ article.card_alt }}"
    )
    (site.root / "templates" / "page.html").write_text("{{ SITE_CARD }}\n{{ SITE_CARD_ALT }}")
    site.settings = 'THEME_TEMPLATES_OVERRIDES = ["templates"]\n'
    site.write("make.md", TRANSCRIPT, title="Make &amp; <em>time</em>")
    site.write("pages/about.md")
    site.good()
    assert site.text("2009/make-time/index.html").replace("\xa0", " ").splitlines() == [
        "cards/2009/make-time.png",
        "Make & time. Run, not remembered. 8 March 2009. $ make. done",
    ]
    assert site.text("about/index.html").splitlines() == [
        "cards/site.png",
        "A blog whose shell examples are run. Run, not remembered",
    ]


def test_a_card_is_drawn_once_and_kept_until_its_post_changes(site: Site) -> None:
    site.write("make.md", TRANSCRIPT)
    site.write("other.md")
    site.good()
    kept = {path: path.stat().st_mtime_ns for path in (site.root / ".cache/cards").iterdir()}
    before = site.files()
    assert len(kept) == 3
    site.write("make.md", TRANSCRIPT, date="2010-01-01")
    site.good(output="elsewhere", PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C")
    now = {path: path.stat().st_mtime_ns for path in (site.root / ".cache/cards").iterdir()}
    assert len(now) == 3
    assert len(now.items() & kept.items()) == 2
    assert site.files("elsewhere")["cards/2009/other.png"] == before["cards/2009/other.png"]
