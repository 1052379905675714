"""Joins the outline to Pelican: the only module here that knows it."""

from pelican.contents import Article, Content, Page
from pelican.plugins import signals

from .headings import outline


def register() -> None:
    """Connect to Pelican, which holds its handlers weakly: this one is a function of the module."""
    signals.content_object_init.connect(add_outline)


def add_outline(content: Content) -> None:
    """Give each post and page its outline, which is empty where it is short."""
    if isinstance(content, (Article, Page)):
        # The HTML as it was read: links in it may not be followed yet, and headings need none.
        content.outline = outline(content._content or "")  # noqa: SLF001 — there is no other way
