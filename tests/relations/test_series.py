"""In which order the posts of a series are, and what is wrong with an index."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from relations.series import Part, series_problems, sort_parts


def part(source: str, index: str | None = None, day: int = 1, language: str = "en") -> Part:
    return Part(
        source=source,
        language=language,
        date=datetime(2009, 3, day, tzinfo=UTC),
        series="Make",
        index=index,
    )


def order(*parts: Part) -> list[list[str]]:
    return [[each.source for each in members] for members in sort_parts(parts).values()]


def test_posts_follow_each_other_by_date() -> None:
    assert order(part("b", day=3), part("a", day=5), part("c", day=1)) == [["c", "b", "a"]]


def test_an_index_comes_before_any_date() -> None:
    parts = (part("a", day=1), part("b", "10", day=9), part("c", "9", day=8))
    assert order(*parts) == [["c", "b", "a"]]


def test_each_language_has_its_own_series() -> None:
    assert order(part("a"), part("b", language="fr")) == [["a"], ["b"]]


@pytest.mark.parametrize("index", ["0", "-1", "two", "1.5", "٣", "", "10000"])
def test_an_index_that_is_no_number_is_told(index: str) -> None:
    (problem,) = series_problems([part("a.md", index)])
    assert problem.text == (
        f"Series_index: {index!r} is no place in a series; "
        "write a whole number from 1 to 9999, or no such line to go by date"
    )


def test_an_index_that_is_taken_names_both_posts() -> None:
    (problem,) = series_problems([part("b.md", "2"), part("a.md", "2"), part("c.md", "3")])
    assert (problem.source, problem.text) == (
        "b.md",
        "Series_index: 2 in the series 'Make' is also the place of a.md; give each part its own",
    )


def test_an_index_without_a_series_is_told() -> None:
    (problem,) = series_problems([], {"a.md": "2"})
    assert problem.text == ("Series_index: '2' has no series; add a line such as `Series: NAME`")
