"""Reads the old paths of a post or page, and says which of them cannot be redirected.

An alias is a path of this site, as in `Aliases: /2009/03/old.html, /old-name/`. One that ends
with `.html` is a file; any other is a directory with an `index.html`, to which static hosts lead
`/old-name` and even `/old.php` by themselves.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

_UNUSABLE = re.compile(r"[\x00-\x1f\x7f\\]")
_MAX_NAME = 255  # bytes that file systems give a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One old path, as the author wrote it, and the post or page that it leads to now."""

    text: str
    source: str
    url: str
    title: str
    language: str

    @property
    def path(self) -> str:
        """Return the file below the site's root that answers to the alias."""
        return _file_of(self.text)


def _file_of(address: str) -> str:
    path = unquote(address).strip("/")
    return path if path.endswith((".html", ".htm")) else f"{path}/index.html".lstrip("/")


def split(value: object) -> tuple[str, ...]:
    """Return the paths of the field, which commas or lines part."""
    lines: Iterable[object] = value if isinstance(value, list) else [value or ""]
    found = (path.strip() for line in lines for path in str(line).split(","))
    return tuple(path for path in found if path)


def alias_problems(
    aliases: Iterable[Alias], written: Mapping[str, str]
) -> Iterator[tuple[Alias, str]]:
    """Tell what is wrong, by alias; WRITTEN are the files of the site and whose they are.

    None of them may be in the place of an alias, nor be needed as its directory, nor need it.
    """
    taken = dict(written)
    directories = {parent: path for path in written for parent in parents(path)}
    for alias in aliases:
        problem = form_problem(alias.text) or _place_problem(alias, taken, directories)
        if problem:
            yield alias, problem
            continue
        taken[alias.path] = f"an alias of {alias.source}"
        directories |= dict.fromkeys(parents(alias.path), alias.path)


def redirect(alias: Alias, target: str, canonical: str) -> str:
    """Return the page that leads to the target at once, or by a link where that is refused."""
    title, link = escape(alias.title), escape(target)
    return (
        f'<!doctype html>\n<html lang="{escape(alias.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n"
        f'<link rel="canonical" href="{escape(canonical)}">\n'
        '<meta name="robots" content="noindex">\n'
        f'<meta http-equiv="refresh" content="0; url={link}">\n</head>\n<body>\n'
        f'<p>This page has moved: <a href="{link}">{title}</a></p>\n</body>\n</html>\n'
    )


def relative_target(alias: Alias) -> str:
    """Return the way from the alias's page to where it leads, on any host and in any directory."""
    return "../" * alias.path.count("/") + quote(alias.url, safe="/%") or "./"


def form_problem(text: str) -> str | None:
    """Tell that an alias is no path that a file of this site can have."""
    path = unquote(text)
    if urlsplit(text).scheme or text.startswith("//"):
        return "is not a path of this site; write it as /old/path/"
    if ".." in PurePosixPath(path).parts:
        return "leaves the site; write it as /old/path/"
    if re.search(r"[?#\s]", text):
        return "has what a file cannot answer to; write /old/path/ without ? and #, a space as %20"
    if _UNUSABLE.search(path) or any(len(part.encode()) > _MAX_NAME for part in path.split("/")):
        return "is no path that a file can have; write it as /old/path/"
    if "//" in path or "." in path.split("/") or not path.strip("/"):
        return "is not a whole path; write it as /old/path/"
    return None


def _place_problem(
    alias: Alias, taken: Mapping[str, str], directories: Collection[str]
) -> str | None:
    path = alias.path
    for place in (path, *parents(path)):
        if place in taken:
            return f"is already {taken[place]}; leave it out, or move the other"
    if path == _file_of(alias.url):
        return "is where the text itself is; leave it out"
    if path in directories:
        return "is a directory of the site; leave it out"
    return None


def parents(path: str) -> Iterator[str]:
    """Give the directories that a file of this site needs, the nearest first."""
    return (str(parent) for parent in PurePosixPath(path).parents if parent.name)
