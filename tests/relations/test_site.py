"""Whole builds: what templates are given of a post's relations."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..addresses.conftest import Site

TEMPLATE = """\
{{ article.series.name }} {{ article.series.place }}/{{ article.series.posts|length }}:
{%- for post in article.series.posts %} {{ post.slug }}{% endfor %};
{%- for post in article.related %} {{ post.slug }}{% endfor %}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site", "relations")
    (made.root / "templates").mkdir()
    (made.root / "templates" / "article.html").write_text(TEMPLATE)
    made.settings = 'THEME_TEMPLATES_OVERRIDES = ["templates"]\n'
    return made


def test_a_post_knows_its_series_and_its_place_in_it(site: Site) -> None:
    site.write("one.md", series="Make", date="2009-03-09", category="A")
    site.write("two.md", series="Make", series_index="1", date="2009-03-10", category="B")
    site.write("draft.md", series="Make", status="draft", category="C")
    site.write("alone.md", category="D")
    site.good()
    assert site.text("2009/one/index.html").strip() == "Make 2/2: two one;"
    assert site.text("2009/two/index.html").strip() == "Make 1/2: two one;"
    assert site.text("2009/alone/index.html").strip() == "/0:;"
    assert site.text("drafts/draft/index.html").strip() == "/0:;"


def test_related_posts_are_published_ones_in_the_same_language(site: Site) -> None:
    site.write("one.md", tags="make", category="A")
    site.write("two.md", tags="make", category="B")
    site.write("draft.md", tags="make", status="draft")
    site.write("hidden.md", tags="make", status="hidden")
    site.write("french.md", tags="make", lang="fr")
    site.good()
    assert site.text("2009/one/index.html").strip() == "/0:; two"


def test_all_that_is_wrong_with_series_is_told_at_once(site: Site) -> None:
    site.write("a.md", series="Make", series_index="2")
    site.write("b.md", series="Make", series_index="2")
    site.write("c.md", series="Make", series_index="last")
    site.write("d.md", series_index="1")
    assert [line.partition("Series_index: ")[::2] for line in site.bad()] == [
        ("content/d.md:4: ", "'1' has no series; add a line such as `Series: NAME`"),
        (
            "content/c.md:5: ",
            (
                "'last' is no place in a series; "
                "write a whole number from 1 to 9999, or no such line to go by date"
            ),
        ),
        (
            "content/b.md:5: ",
            "2 in the series 'Make' is also the place of a.md; give each part its own",
        ),
    ]
