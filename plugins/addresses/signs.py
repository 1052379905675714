"""Says what is wrong with how a post or page names its address and its language.

Pelican takes such a name as it is, and writes a page that no link leads to, or none at all.
"""

import re
from collections.abc import Iterator

_UNUSABLE = re.compile(r"[\s\"'<>#?&%\\]")


def slug_problem(slug: str) -> str | None:
    """Tell that a slug is empty, as of a title of nothing but signs."""
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
    """Tell of a language as locales are named, which no browser knows."""
    if "_" not in language:
        return None
    return f"Lang: {language!r} is no language of the web; write {language.replace('_', '-')}"


def problems(slug: str, url: str, language: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give what is wrong, each with the fields that may say so, the likeliest first."""
    if problem := slug_problem(slug):
        yield ("slug", "title"), problem
    elif problem := address_problem(url):
        yield ("url", "slug", "title"), problem
    if problem := language_problem(language):
        yield ("lang",), problem
