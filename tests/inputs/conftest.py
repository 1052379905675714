"""A post with inputs, and a shelf that all tests share, so that little is fetched twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from transcripts.errors import ParseError
from transcripts.inputs import provide
from transcripts.model import Input, Location

# Each is among the smallest of its registry, and has not changed for years.
HELLO = "75296f5ef618ae2f1849e22b142a2b5ab52c452ebefa4e7b0564c44617db3790"
HELLO_ORIG = "31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b"
SIX_WHEEL = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
SIX_SDIST = "1e61c37477a1626458e36f7b1d82aa5c9b094fa4802892072e49de9c60c4c926"
ISARRAY = "72bae463b81a604b4a118c00012c76ee9b8d155b9da62d1f362876c9f8b5f793"


def named(line: str) -> Input:
    """An input as a line of front matter names it."""
    match = re.fullmatch(r"(\S+) ([^=\s]+)=?(\S*)(?: sha256:(\S+))?", line)
    assert match, line
    return Input(
        kind=match[1],
        name=match[2],
        version=match[3],
        sha256=match[4] or "",
        location=Location(path="content/x.md", line=7),
    )


@dataclass(frozen=True)
class Author:
    """Who has a post in ``content/`` and a shelf."""

    root: Path
    shelf: Path
    told: list[str] = field(default_factory=list)

    async def provide(self, *lines: str) -> Mapping[str, Path]:
        return await provide(
            tuple(map(named, lines)),
            post=self.root / "content" / "posts" / "x.md",
            shelf=self.shelf,
            tell=self.told.append,
            content=self.root / "content",
        )

    def has(self, *lines: str) -> Mapping[str, Path]:
        return asyncio.run(self.provide(*lines))

    def hears(self, *lines: str) -> str:
        """What the one line of complaint says after the place."""
        with pytest.raises(ParseError) as caught:
            self.has(*lines)
        said = str(caught.value)
        assert said.startswith("content/x.md:7: input "), said
        assert "\n" not in said
        assert not list(self.shelf.glob("inputs/.room-*"))
        return said.removeprefix("content/x.md:7: input ")

    def kept(self) -> list[Path]:
        return sorted(self.shelf.glob("inputs/[0-9a-f]*/*"))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def author(tmp_path: Path, shared: Path) -> Author:
    """With the shelf that all tests share."""
    (tmp_path / "content" / "posts").mkdir(parents=True)
    return Author(tmp_path, shared)


@pytest.fixture
def newcomer(tmp_path: Path) -> Author:
    """With an empty shelf."""
    (tmp_path / "content" / "posts").mkdir(parents=True)
    return Author(tmp_path, tmp_path / "shelf")
