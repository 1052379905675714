"""Which line of a post's front matter a complaint names."""

from pathlib import Path

import pytest

from addresses.front_matter import line_of

PLUGINS = Path(__file__).parents[2] / "plugins"
TEXT = "Title: A\nTAGS: make,\n    Tags: c\nAliases: /a/\n    /b/\n\nSummary: none\n"


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("title", "", 1),
        ("tags", "", 2),
        ("tags", "c", 3),
        ("aliases", "/b/", 5),
        ("aliases", "/c/", 4),
        ("summary", "", None),
        ("slug", "", None),
    ],
)
def test_a_field_is_found_whatever_its_case_but_not_in_the_text(
    field: str, value: str, line: int | None
) -> None:
    assert line_of(TEXT, field, value) == line


def test_it_is_written_once() -> None:
    found = {path.resolve() for path in PLUGINS.glob("*/front_matter.py")}
    assert found == {PLUGINS / "front_matter.py"}
