"""All pages are valid, and all links on them lead somewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from workshop import links

from .conftest import Checkers, Published, nothing

pytestmark = pytest.mark.xdist_group("pages")  # one worker, so that the sites are built once


@pytest.fixture(scope="session")
def vnu(
    real: Published, awkward: Published, wrong: Published, checkers: Checkers
) -> list[dict[str, Any]]:
    """Its messages on all sites: it takes longer to start than to read."""
    pictures = [*real.directory.rglob("*.svg"), *awkward.directory.rglob("*.svg")]
    return checkers.vnu([*real.files(), *awkward.files(), *wrong.files(), *sorted(pictures)])


@pytest.fixture(scope="session")
def html_validate(
    real: Published, awkward: Published, wrong: Published, checkers: Checkers
) -> list[dict[str, Any]]:
    """Its messages on all sites."""
    files = [str(path) for each in (real, awkward, wrong) for path in each.files()]
    found = checkers.ask("html-validate.mjs", files=files)
    assert isinstance(found, list)
    return found


def test_the_checker_of_the_w3c_finds_nothing(site: Published, vnu: list[dict[str, Any]]):
    nothing(
        f"{page}:{message.get('lastLine', 1)}: {message['message']}"
        for message in vnu
        if (page := within(site, unquote(message["url"].removeprefix("file:"))))
    )


def test_the_checker_of_the_w3c_finds_what_is_wrong(wrong: Published, vnu: list[dict[str, Any]]):
    found = [each["message"] for each in vnu if each["url"].endswith("/wrong/index.html")]
    assert [message for message in found if "must have an “alt” attribute" in message]


def test_html_validate_finds_nothing(site: Published, html_validate: list[dict[str, Any]]):
    nothing(
        f"{page}:{each['line']}: {each['message']} ({each['rule']})"
        for each in html_validate
        if (page := within(site, each["file"]))
    )


def test_html_validate_finds_what_is_wrong(wrong: Published, html_validate: list[dict[str, Any]]):
    rules = {each["rule"] for each in html_validate if within(wrong, each["file"])}
    assert {"wcag/h37", "no-inline-style"} <= rules


def test_every_link_and_anchor_holds(site: Published):
    nothing(links.problems(site.directory, site.address))


def within(site: Published, file: str) -> str | None:
    """The name of a file below a site; None when it is another one's."""
    path = Path(file)
    below = path.is_relative_to(site.directory)
    return path.relative_to(site.directory).as_posix() if below else None
