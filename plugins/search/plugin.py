"""Joins the search to Pelican: the only module here that knows it."""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup
from pelican import Pelican
from pelican.contents import Article, Content
from pelican.generators import Generator
from pelican.plugins import signals

from .document import Document
from .index import SCRIPT, SearchError, write_index

_DIRECTORY = "pagefind"  # below the site's root; Pagefind's own name for it
_CONTENTS = "_SEARCH_CONTENTS"  # where Pelican's settings and context keep what is published


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.initialized.connect(_configure)
    signals.all_generators_finalized.connect(_collect)
    signals.finalized.connect(_index)


def _configure(pelican: Pelican) -> None:
    """Tell the templates where the search's script will be."""
    pelican.settings["SEARCH_SCRIPT"] = f"{_DIRECTORY}/{SCRIPT.name}"
    pelican.settings[_CONTENTS] = []


def _collect(generators: Sequence[Generator]) -> None:
    context = generators[0].context
    found = (content for content in context["generated_content"].values() if content is not None)
    # What its author has put under another name is no page.
    published = (c for c in found if c.status == "published" and c.save_as.endswith(".html"))
    context[_CONTENTS][:] = sorted(published, key=lambda content: str(content.save_as))


def _index(pelican: Pelican) -> None:
    """Index what was published, once all of it is written."""
    documents = [_document(content) for content in pelican.settings[_CONTENTS]]
    try:
        write_index(
            documents,
            str(pelican.settings["DEFAULT_LANG"] or "en"),
            Path(pelican.output_path, _DIRECTORY),
        )
    except SearchError as error:
        raise SystemExit(str(error)) from error


def _document(content: Content) -> Document:
    is_post = isinstance(content, Article)
    return Document(
        path=str(content.save_as),
        title=Markup(content.title).striptags(),  # noqa: S704 — escaped where it is written
        content=content.content,
        date=content.locale_date if is_post else None,
        facets=_facets(content) if is_post else {},
    )


def _facets(article: Article) -> dict[str, str]:
    verdict = getattr(article, "transcripts_verdict", None)
    return {
        "category": article.category.name,
        "year": str(article.date.year),
        **({"verdict": verdict} if verdict else {}),
    }
