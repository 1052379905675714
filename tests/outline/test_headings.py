"""Case files: NAME.html is the beginning of a post, NAME.expected its outline, when it is long."""

from collections.abc import Callable
from pathlib import Path

import pytest

from outline.headings import FEWEST, MANY, WORDS, outline

CASES = sorted((Path(__file__).parent / "cases").glob("*.html"))
LONG = "<p>" + "word " * WORDS + "</p>"


def _sections(count: int, level: int = 2) -> str:
    headings = (f'<h{level} id="h{level}-{n}">Heading {n}</h{level}>' for n in range(count))
    return "".join(headings)


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_an_outline_is_as_its_case_says(case: Path, expect: Callable[[Path, str], None]) -> None:
    found = outline(case.read_text(encoding="utf-8") + LONG)
    lines = [f"{heading.level} #{heading.id} {heading.html}\n" for heading in found]
    expect(case.with_suffix(".expected"), "".join(lines))


def test_a_short_post_has_none() -> None:
    assert outline(_sections(FEWEST)) == ()


def test_a_long_post_of_few_headings_has_none() -> None:
    assert outline(LONG + _sections(FEWEST - 1)) == ()


def test_a_long_post_has_one() -> None:
    found = outline(LONG + _sections(FEWEST))
    assert [heading.id for heading in found] == [f"h2-{n}" for n in range(FEWEST)]


def test_of_very_many_headings_the_upper_level_is_kept() -> None:
    mixed = outline(LONG + (_sections(1) + _sections(10, level=3)) * 10)
    assert {heading.level for heading in mixed} == {2}
    assert len(mixed) == 10


def test_very_many_headings_of_one_level_are_all_kept() -> None:
    assert len(outline(LONG + _sections(100))) == 100
    assert len(outline(LONG + _sections(100, level=3))) == 100 > MANY


def test_an_empty_post_has_none() -> None:
    assert outline("") == ()
