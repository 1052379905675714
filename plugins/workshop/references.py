"""Finds where posts name what Pelican looks up, ``{filename}x.md`` or ``{tag}make``, and miss it.

Pelican tells a missing file without the post, once for all posts, and of a missing tag nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from front_matter import line_of

from .project import Project

FILES = ("filename", "static", "attach")
LISTS = {"tag": "Tags", "category": "Category", "author": "Author"}
"""What Pelican makes a page of, by the word in braces; the field that names it."""
_SUFFIXES = (".md", ".markdown", ".mkd", ".mdown")
# Where Markdown or HTML has an address: behind "](", "]:" or "src=".
_REFERENCE = re.compile(
    r"""(?:\]\(|^\ {0,3}\[[^]\n]+\]:|=\s*["'])\s*<?
    (?P<written>[{|](?P<kind>[\w-]+)[}|](?P<target>[^"'<>)\n]*))""",
    re.VERBOSE | re.MULTILINE,
)
# Blocks, code in a line, and comments.
_CODE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^`\n]*\n.*?^(?P=fence) *$"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)

# Code that an empty line and four spaces set off, or a paragraph of a list.
_INDENTED = re.compile(r"(?<=\n\n)(?:(?: {4}|\t)[^\n]*\n+)+")


@dataclass(frozen=True, slots=True)
class Reference:
    """One such address in a post, as the author wrote it."""

    post: Path
    line: int
    kind: str
    written: str
    target: str

    def place(self, root: Path) -> str:
        """Where it stands, as the author types it."""
        return f"{self.post.relative_to(root)}:{self.line}"

    def file(self, content: Path) -> Path:
        """What it names, if that is a file."""
        path = unquote(unescape(urlsplit(self.target).path))
        return content / path.lstrip("/") if path.startswith("/") else self.post.parent / path


def posts(content: Path) -> Iterator[tuple[Path, str]]:
    """Each post and page with its text, in the order of their paths."""
    for path in sorted(content.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file() and not path.name.startswith("."):
            yield path, path.read_text(encoding="utf-8-sig", errors="replace")


def references(content: Path, *, indented: bool = True) -> Iterator[Reference]:
    """All of them, but for those in code; INDENTED paragraphs may be code, or belong to a list."""
    for path, text in posts(content):
        prose = _CODE.sub(_emptied, text)
        prose = prose if indented else _INDENTED.sub(_emptied, prose)
        for match in _REFERENCE.finditer(prose):
            line = prose.count("\n", 0, match.start("written")) + 1
            target = match["target"].strip()
            yield Reference(path, line, match["kind"], match["written"].strip(), target)


def _emptied(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def missing_files(root: Path, content: Path) -> Iterator[str]:
    """A line for each reference to a file that does not exist."""
    for found in references(content):
        if found.kind in FILES and not found.file(content).exists():
            yield f"{found.place(root)}: there is no {found.target!r}; mend the link"


def missing_lists(project: Project, settings: str, site: Path) -> Iterator[str]:
    """A line for each reference to a tag, category or author without a page in the built SITE.

    A draft may name one that will be there with its own publication.
    """
    found = (one for one in references(project.content, indented=False) if one.kind in LISTS)
    values: Mapping[str, Any] = {}
    for one in found:
        if _is_draft(one.post):
            continue
        values = values or project.settings(settings)
        name = urlsplit(one.target).path
        page = _page(one.kind, name, values)
        if not page:
            remedy = f"{one.kind.upper()}_SAVE_AS is empty; link to something else"
            yield f"{one.place(project.root)}: there are no pages for {one.kind} links, as {remedy}"
        elif not (site / page).is_file():
            remedy = f"mend the link, or write it in '{LISTS[one.kind]}:' of a post"
            yield f"{one.place(project.root)}: there is no {one.kind} {name!r}; {remedy}"


def _is_draft(post: Path) -> bool:
    text = post.read_text(encoding="utf-8-sig", errors="replace")
    return line_of(text, "status", "draft") is not None


def _page(kind: str, name: str, settings: Mapping[str, Any]) -> str:
    """Where Pelican writes the page of a tag, category or author."""
    from pelican.settings import DEFAULT_CONFIG
    from pelican.urlwrappers import Author, Category, Tag

    wrapper = {"tag": Tag, "category": Category, "author": Author}[kind]
    return str(wrapper(name, {**DEFAULT_CONFIG, **settings}).save_as)
