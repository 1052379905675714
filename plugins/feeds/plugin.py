"""Joins the feeds to Pelican: the only module here that knows it.

Pelican makes a feed of each part of the site, and asks here what it shall say. The answer is
a value of ours, written by us in each form, so that none depends on what Pelican's library
can say. JSON Feed, which Pelican does not know, is written beside each Atom feed.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any, TextIO

from feedgenerator import Rss201rev2Feed, SyndicationFeed
from feedgenerator.django.utils.encoding import iri_to_uri
from pelican import Pelican
from pelican.contents import Article, Content
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.plugins import signals
from pelican.urlwrappers import URLWrapper
from pelican.writers import Writer

from .atom import atom_text
from .channel import Channel, Section, channels, planet_channel
from .characters import xml_text
from .config import Config, ConfigError, read_config
from .feed import Entry, Feed, Logo
from .fit import fitted
from .identity import entry_id, feed_id, moment
from .json_feed import json_text
from .logo import png_size
from .markup import entry_html, plain_text
from .opml import opml_text
from .rss import rss_text
from .sources import Source, problems, read_text

logger = logging.getLogger(__name__)

_BUILD = "FEED_BUILD"  # where Pelican's context keeps the value below


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    """What the feeds of one build share: posts by link, and entries that are made once."""

    config: Config
    logo: Logo | None
    channels: tuple[Channel, ...]
    posts: dict[str, tuple[Article, Source]]
    entry_html: Callable[[str, str], str]


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.initialized.connect(check_settings)
    signals.content_object_init.connect(order_dates)
    signals.article_generator_finalized.connect(collect_posts)
    signals.page_generator_finalized.connect(check_pages)
    signals.feed_generated.connect(rewrite_feed)
    signals.article_writer_finalized.connect(write_companions)


# --- Before anything is written -----------------------------------------------------------


def check_settings(pelican: Pelican) -> None:
    """Stop before anything is built if the feeds' settings are wrong."""
    try:
        _logo(read_config(pelican.settings), pelican.settings["THEME"])
    except ConfigError as error:
        raise SystemExit(str(error)) from error


def order_dates(content: Content) -> None:
    """Let nothing be modified before its date, as a day without an hour is before all hours of it.

    Pages and the sitemap say the same as feeds.
    """
    date, modified = getattr(content, "date", None), getattr(content, "modified", None)
    if date and modified and modified < date:
        content.modified, content.locale_modified = date, content.locale_date


def collect_posts(generator: ArticlesGenerator) -> None:
    """Note each post by its link, since a feed's item knows nothing else of its post.

    The page that explains the feeds finds in its context what they are.
    """
    config = read_config(generator.settings)
    _part(generator.articles)
    posts = [(article, _source(article)) for article in _published(generator)]
    hidden = (*generator.hidden_articles, *generator.hidden_translations)
    _report([*(source for _, source in posts), *map(_source, hidden)], config)
    build = _Build(
        config=config,
        logo=_logo(config, generator.settings["THEME"]),
        channels=tuple(channels(config.site, _sections(generator), config.patterns)),
        posts={iri_to_uri(f"{config.site_url}/{post[0].url}"): post for post in posts},
        entry_html=cache(entry_html),
    )
    generator.context[_BUILD] = build
    generator.context["feed_channels"] = build.channels
    generator.context["feed_planet"] = planet_channel(build.channels)
    generator.context["feed_logo"] = build.logo


def _part(articles: Iterable[Article]) -> None:
    """Let no post be another's translation that is listed itself.

    Pelican takes posts of one title for that, of whatever year, and would feed each of them twice.
    """
    posts = list(articles)
    listed = {id(post) for post in posts}
    for post in posts:
        post.translations = [other for other in post.translations if id(other) not in listed]


def check_pages(generator: PagesGenerator) -> None:
    """Tell of pictures in pages that say nothing to those who do not see them."""
    pages = (*generator.pages, *generator.translations)
    hidden = (*generator.hidden_pages, *generator.hidden_translations)
    _report(map(_source, (*pages, *hidden)), read_config(generator.settings))


def _logo(config: Config, theme: str) -> Logo | None:
    if not config.logo:
        return None
    path = Path(theme) / config.logo
    try:
        data = path.read_bytes()
        width, height = png_size(data)
    except OSError as error:
        raise ConfigError(f"FEEDS_LOGO: {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"FEEDS_LOGO: {path} {error}") from error
    name = f"feeds/{path.name}"
    url = iri_to_uri(f"{config.site_url}/{name}")
    return Logo(path=name, url=url, data=data, width=width, height=height)


def _published(generator: ArticlesGenerator) -> Iterator[Article]:
    yield from generator.articles
    yield from generator.translations


def _report(sources: Iterable[Source], config: Config) -> None:
    """Log all that is wrong at once: a strict build ends at the first error that is logged."""
    found = problems(sources, config.authority)
    if found:
        logger.error("%s", "\n".join(found))


def _source(content: Content) -> Source:
    own_id = content.metadata.get("id")
    return Source(
        path=content.source_path,
        below_content=content.get_relative_source_path(),
        own_id=None if own_id is None else str(own_id).strip(),
        html=content._content,  # noqa: SLF001 - as written, with the addresses of the source
        text=read_text(content.source_path),
        date=content.metadata.get("date"),
        modified=content.metadata.get("modified"),
    )


def _sections(generator: ArticlesGenerator) -> Iterator[Section]:
    for category, _ in generator.categories:
        yield _section("category", category)
    for tag in sorted(generator.tags):
        yield _section("tag", tag)


def _section(kind: str, wrapper: URLWrapper) -> Section:
    name = xml_text(wrapper.name)
    return Section(kind=kind, name=name, slug=wrapper.slug, page=wrapper.url)


# --- Writing ------------------------------------------------------------------------------


def rewrite_feed(context: dict[str, Any], feed: SyndicationFeed) -> None:
    """Have the feed say lasting ids, absolute URLs and plain, short content, in all its forms."""
    build: _Build = context[_BUILD]
    path = feed.feed["feed_url"].removeprefix(iri_to_uri(build.config.feed_domain)).lstrip("/")
    write = rss_text if isinstance(feed, Rss201rev2Feed) else atom_text
    about, value = _feed(path, feed.items, build)
    feed.write = partial(_put, fitted(value, write))
    if write is atom_text and about.paths.json:
        _write_json(about.paths.json, value, context)


def write_companions(generator: ArticlesGenerator, writer: Writer) -> None:
    """Write the list of all feeds, and their logo, where the settings name them."""
    build: _Build = generator.context[_BUILD]
    output = Path(writer.output_path)
    if build.config.opml:
        text = opml_text(build.channels, build.config.feed_domain, build.config.author)
        _write(output / build.config.opml, text.encode())
    if build.logo:
        _write(output / build.logo.path, build.logo.data)


def _put(text: str, file: TextIO, _encoding: str) -> None:
    file.write(text)


def _write_json(path: str, feed: Feed, context: dict[str, Any]) -> None:
    address = iri_to_uri(f"{context[_BUILD].config.feed_domain}/{path}")
    text = fitted(replace(feed, address=address), json_text)
    _write(Path(context["OUTPUT_PATH"]) / path, text.encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _feed(path: str, items: Iterable[dict[str, Any]], build: _Build) -> tuple[Channel, Feed]:
    config = build.config
    about = next((c for c in build.channels if path in (c.paths.atom, c.paths.rss)), config.site)
    return about, Feed(
        id=feed_id(path, config.authority),
        address=iri_to_uri(f"{config.feed_domain}/{path}"),
        page=iri_to_uri(f"{config.site_url}/{about.page}"),
        title=xml_text(about.title),
        subtitle=xml_text(about.subtitle),
        author=xml_text(config.author),
        language=config.language,
        rights=xml_text(config.rights),
        logo=build.logo,
        hub=config.hub,
        since=config.since,
        entries=tuple(_entries(items, build)),
    )


def _entries(items: Iterable[dict[str, Any]], build: _Build) -> Iterator[Entry]:
    # A translation of two posts of one title comes with each.
    for item in {item["link"]: item for item in items}.values():
        if post := build.posts.get(item["link"]):
            yield _entry(item, *post, build)
        else:
            logger.error("%s: no post has this link; set FEED_APPEND_REF = False", item["link"])


def _entry(item: dict[str, Any], article: Article, source: Source, build: _Build) -> Entry:
    config = build.config
    identity = entry_id(source.post, config.authority)
    html = build.entry_html(item["content"] or item["description"] or "", item["link"])
    at = partial(moment, identity=identity, translated=not article.in_default_lang)
    published = at(item["pubdate"])
    return Entry(
        id=identity,
        link=item["link"],
        title=xml_text(" ".join(item["title"].split())),  # without the page's no-break spaces
        html=html if html.strip() else f'<p><a href="{escape(item["link"])}">On its page</a></p>',
        # Only the author's own words: the start of the content would say everything twice.
        summary=plain_text(article.metadata["summary"]) if source.gives("summary") else "",
        author=xml_text(item["author_name"] or config.author),
        language=article.lang or config.language,
        published=published,
        # A day without an hour gets one, which may be before the hour of the post's date.
        modified=item["updateddate"] and max(at(item["updateddate"]), published),
        subjects=tuple(dict.fromkeys(xml_text(name) for name in item["categories"] or ())),
        image=_card(article, config),
    )


def _card(article: Article, config: Config) -> str:
    card = getattr(article, "card", "")
    return iri_to_uri(f"{config.site_url}/{card}") if card else ""
