"""Which lines of a post's front matter complaints name."""

import re
from pathlib import Path

import pytest

from addresses.fields import field_problems
from addresses.front_matter import line_of

from .conftest import REPOSITORY, Site

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


def test_a_field_that_is_nearly_one_is_told(site: Site) -> None:
    site.write("a.md", alias="/old/", summry="Words.", mood="calm", subtitle="Mine")
    site.write("b.md", enviroment="machine", status="draft")
    read = "is no field that is read; write"
    assert [line for line in site.bad() if line.startswith("content/")] == [
        f"content/a.md:4: 'Alias:' {read} 'Aliases:'",
        f"content/a.md:5: 'Summry:' {read} 'Summary:'",
        f"content/b.md:4: 'Enviroment:' {read} 'Environment:'",
    ]


def test_each_field_of_the_readme_is_read() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    named = {name.lower() for name in re.findall(r"`([A-Z][a-z_]+):", readme)}
    assert {"aliases", "mounts", "id"} <= named
    assert list(field_problems(named)) == []
