"""Writes what is searchable of a post or page as the HTML that Pagefind reads.

Pagefind is given these documents in place of the site's pages, so that the index has no
navigation in it, and does not depend on the theme.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from .characters import set_apart

# Words that stand beside or below every transcript, heading or note, and say nothing of the post.
EXCLUDED = (
    ".headerlink",
    ".footnote-backref",
    ".prompt",
    ".transcript > figcaption",
    "script",
    "style",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A post or page: where it is below the site's root, what it says, and what it is among."""

    path: str
    title: str
    content: str
    date: str | None = None
    facets: Mapping[str, str] = field(default_factory=dict)


def html(document: Document, language: str) -> str:
    """Return the document with its title and date marked up for Pagefind."""
    title = f'<h1 data-pagefind-meta="title">{set_apart(escape(document.title))}</h1>'
    date = f'<p data-pagefind-meta="date" data-pagefind-ignore>{escape(document.date or "")}</p>'
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<meta charset="utf-8">\n'
        f"<body data-pagefind-body>\n{title}\n{date if document.date else ''}\n"
        f"{set_apart(document.content)}\n</body></html>\n"
    )


def facets(
    documents: Iterable[Document], ids: Mapping[str, str]
) -> dict[str, dict[str, list[str]]]:
    """Return the ids of documents by facet and value; IDS are Pagefind's, by path.

    These take the place of Pagefind's own filters, whose files differ from run to run.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for document in documents:
        for name, value in document.facets.items():
            found.setdefault(name, {}).setdefault(value, []).append(ids[document.path])
    return found
