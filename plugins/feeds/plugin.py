"""Joins the feeds to Pelican: the only module here that knows it.

What Pelican's writer put into the feed is replaced in place, since `feed_generated` has no
return value; the writer then hands the same feed to the file.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from feedgenerator import SyndicationFeed
from feedgenerator.django.utils.encoding import iri_to_uri
from pelican import Pelican
from pelican.contents import Article
from pelican.generators import ArticlesGenerator
from pelican.plugins import signals

from .channel import Section, channel
from .characters import xml_text
from .config import Config, ConfigError, read_config
from .identity import Post, entry_id, feed_id, id_problems
from .markup import entry_html, plain_text

logger = logging.getLogger(__name__)

MAX_BYTES = 512 * 1024
_BUILD = "FEEDS_BUILD"  # where Pelican's context keeps the value below


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    """What the feeds of one build share: posts by link, and entries that are made once."""

    posts: dict[str, Post]
    entry_html: Callable[[str, str], str]


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.initialized.connect(check_settings)
    signals.article_generator_finalized.connect(collect_posts)
    signals.feed_generated.connect(rewrite_feed)


def check_settings(pelican: Pelican) -> None:
    """Stop before anything is built if the feeds' settings are wrong."""
    try:
        read_config(pelican.settings)
    except ConfigError as error:
        raise SystemExit(str(error)) from error


def collect_posts(generator: ArticlesGenerator) -> None:
    """Note each post by its link, since a feed's item knows nothing else of its post."""
    articles = (*generator.articles, *generator.translations)
    site_url = generator.settings["SITEURL"]
    posts = {iri_to_uri(f"{site_url}/{article.url}"): _post(article) for article in articles}
    for problem in id_problems(posts.values()):
        logger.error(problem)
    generator.context[_BUILD] = _Build(posts=posts, entry_html=cache(entry_html))


def rewrite_feed(context: dict[str, Any], feed: SyndicationFeed) -> None:
    """Give the feed and its items lasting ids, absolute URLs and plain, short content."""
    config = read_config(context)
    _describe(feed, context, config)
    for item in feed.items:
        _rewrite_item(item, context[_BUILD], config)
    _shorten(feed)


def _post(article: Article) -> Post:
    metadata = article.metadata
    own_id = metadata.get("id")
    return Post(
        source=article.get_relative_source_path(),
        own_id=None if own_id is None else str(own_id).strip(),
        summary=plain_text(metadata["summary"]) if "summary" in metadata else None,
    )


def _describe(feed: SyndicationFeed, context: dict[str, Any], config: Config) -> None:
    path = feed.feed["feed_url"].removeprefix(iri_to_uri(config.feed_domain)).lstrip("/")
    patterns = {"category": config.category_path, "tag": config.tag_path}
    about = channel(path, patterns, _sections(context), config.subtitle)
    feed.feed |= {
        "id": feed_id(path, config.authority),
        "link": iri_to_uri(f"{config.site_url}/{about.page}"),
        "title": xml_text(feed.feed["title"]),
        "subtitle": xml_text(about.subtitle),
        "description": xml_text(about.subtitle),
        "author_name": xml_text(config.author),
        "language": config.language,
    }


def _sections(context: dict[str, Any]) -> Iterator[Section]:
    for kind, key in (("category", "categories"), ("tag", "tags")):
        for wrapper, _ in context.get(key, ()):
            yield Section(kind=kind, name=wrapper.name, slug=wrapper.slug, page=wrapper.url)


def _rewrite_item(item: dict[str, Any], build: _Build, config: Config) -> None:
    post = build.posts.get(item["link"])
    body = "description" if item["content"] is None else "content"  # RSS has only the former
    item["title"] = xml_text(item["title"])
    item[body] = build.entry_html(item[body] or "", item["link"])
    item["author_name"] = xml_text(item["author_name"] or config.author)
    item["categories"] = [xml_text(name) for name in item["categories"]]
    if post is None:
        logger.error("%s: no post has this link; set FEED_APPEND_REF = False", item["link"])
        return
    item["unique_id"] = entry_id(post, config.authority)
    item["unique_id_is_permalink"] = False
    if body == "content":
        # Only the author's own words: the start of the content would say everything twice.
        item["description"] = post.summary and escape(post.summary, quote=False)


def _shorten(feed: SyndicationFeed) -> None:
    """Drop the oldest items until the feed is small enough; cut the last one that is left."""
    if _is_small(feed):
        return
    while _size(feed) > MAX_BYTES and len(feed.items) > 1:
        feed.items.pop()
    if feed.items and _size(feed) > MAX_BYTES:
        _cut(feed.items[0])


def _is_small(feed: SyndicationFeed) -> bool:
    """Say whether the feed fits without measuring: six bytes are the most a character takes."""
    characters = sum(len(item["content"] or item["description"] or "") for item in feed.items)
    return 6 * characters < MAX_BYTES // 2


def _size(feed: SyndicationFeed) -> int:
    return len(feed.writeString("utf-8").encode())


def _cut(item: dict[str, Any]) -> None:
    body = "description" if item["content"] is None else "content"
    link = escape(item["link"])
    item[body] = (
        f'<p>This post is too long for a feed: <a href="{link}">read it on its page</a>.</p>'
    )
