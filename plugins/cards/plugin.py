"""Joins the cards to Pelican: the only module here that knows it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup
from pelican import Pelican
from pelican.contents import Article
from pelican.generators import ArticlesGenerator, Generator
from pelican.plugins import signals

from .card import Card
from .config import Config, ConfigError, read_config
from .shelf import Shelf, drawing
from .transcript import example

_DIRECTORY = "cards"  # below the site's root
_CARDS = "_CARDS"  # where Pelican's settings and context keep the cards by their paths


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.initialized.connect(_configure)
    signals.all_generators_finalized.connect(_describe)
    signals.finalized.connect(_write)


def _configure(pelican: Pelican) -> None:
    """Stop before anything is built if a setting is wrong."""
    try:
        config = read_config(pelican.settings)
    except ConfigError as error:
        raise SystemExit(str(error)) from error
    card = Card(site=config.site, title=config.about or config.site)
    path = f"{_DIRECTORY}/site.png"
    pelican.settings.update({_CARDS: {}, "SITE_CARD": path, "SITE_CARD_ALT": card.alt})


def _describe(generators: Sequence[Generator]) -> None:
    """Tell the templates of each published post where its card will be, and what it shows."""
    context = generators[0].context
    config = read_config(context)
    cards: dict[str, Card] = context[_CARDS]
    cards.clear()
    cards[context["SITE_CARD"]] = Card(site=config.site, title=config.about or config.site)
    for article in (article for generator in generators for article in _articles(generator)):
        path = f"{_DIRECTORY}/{_name(article)}.png"
        cards[path] = card = _card(article, config)
        article.card, article.card_alt = path, card.alt


def _write(pelican: Pelican) -> None:
    """Write the cards, once there is a place for them."""
    shelf = Shelf(read_config(pelican.settings).cache, drawing())
    for path, card in pelican.settings[_CARDS].items():
        shelf.put(card, Path(pelican.output_path) / path)
    shelf.tidy()


def _articles(generator: Generator) -> Iterator[Article]:
    if isinstance(generator, ArticlesGenerator):
        yield from (*generator.articles, *generator.translations)
        yield from (*generator.hidden_articles, *generator.hidden_translations)


def _name(article: Article) -> str:
    """The card's path, from the post's own, so that it stays when the card changes."""
    page = str(article.save_as).removesuffix(".html").removesuffix("/index")
    return page.strip("/")


def _card(article: Article, config: Config) -> Card:
    verdict = getattr(article, "transcripts_verdict", None) or ""
    return Card(
        site=config.site,
        title=str(Markup(article.title).striptags()),  # noqa: S704 — to words, never to a page
        date=article.locale_date,
        verdict=verdict,
        holds=verdict == "still holds",
        example=example(article._content),  # noqa: SLF001 — links, which it lacks, are not shown
    )
