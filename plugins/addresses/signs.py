"""Says what is wrong with how a post or page names itself, its address and its language.

Pelican takes such a name as it is, and writes a page that no link leads to, or none at all.
"""

import re
from collections.abc import Iterator

_UNUSABLE = re.compile(r"[\s\"'<>#?&%\\]")
# RFC 5646, as far as there are such: no language of the registry has a code of more letters.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LONGEST = 200
"""Bytes of a slug: file systems take names of 255, and files beside the page have longer ones."""


def is_long(slug: str) -> bool:
    """Say whether a slug is too long for the names of files."""
    return len(slug.encode()) > _LONGEST


def slug_problem(slug: str) -> str | None:
    """Tell that a slug is empty, as of a title of nothing but signs, or too long."""
    if is_long(slug):
        return "the address is longer than names of files can be; add a short line 'Slug:'"
    return None if slug else "the title has no letter or digit; add a line 'Slug:'"


def address_problem(url: str) -> str | None:
    """Tell that an address, relative to the site, leaves it or would be read as another."""
    if url.startswith("/") or _UNUSABLE.search(url) or ".." in url.split("/"):
        return (
            f"the address {url!r} has signs that an address cannot hold; "
            "write it with letters, digits and -"
        )
    return None


def language_problem(language: str) -> str | None:
    """Tell of what is no language's code, such as a locale's name, which no browser knows."""
    if _LANGUAGE.fullmatch(language):
        return None
    meant = language.partition(".")[0].replace("_", "-")
    remedy = meant if _LANGUAGE.fullmatch(meant) else "its code, such as en or pt-BR"
    return f"Lang: {language!r} is no language of the web; write {remedy}"


def problems(
    title: str, slug: str, url: str, language: str | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give what is wrong, each with the fields that may say so, the likeliest first."""
    unknown = language_problem(language) if language is not None else None
    if unknown:
        yield ("lang",), unknown
    if not title.strip():
        yield ("title",), "the title is empty; write one"
    elif problem := slug_problem(slug):
        yield ("slug", "title"), problem
    elif not unknown and (problem := address_problem(url)):  # it may have the language in it
        yield ("url", "slug", "title"), problem
