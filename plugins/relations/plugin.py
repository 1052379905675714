"""Joins relations to Pelican: the only module here that knows it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pelican.contents import Article
from pelican.generators import ArticlesGenerator
from pelican.plugins import signals

from .front_matter import line_of
from .likeness import Topic, related
from .series import Part, Problem, series_problems, sort_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The series of a post, as templates see it: all parts, and which one this is."""

    name: str
    posts: tuple[Article, ...]
    place: int


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.article_generator_finalized.connect(relate)


def relate(generator: ArticlesGenerator) -> None:
    """Give each article its series and its related articles; stop if a series is wrong."""
    published = [*generator.articles, *generator.translations]
    for article in (*published, *_unlisted(generator)):
        article.series, article.related = None, ()  # what stands in the front matter is a text
    by_source = {article.get_relative_source_path(): article for article in published}
    _put_in_series(by_source)
    for source, others in related([_topic(article) for article in published]).items():
        by_source[source].related = tuple(by_source[other] for other in others)


def _unlisted(generator: ArticlesGenerator) -> Iterator[Article]:
    yield from (*generator.hidden_articles, *generator.hidden_translations)
    yield from (*generator.drafts, *generator.drafts_translations)


def _put_in_series(by_source: dict[str, Article]) -> None:
    parts = [_part(source, article) for source, article in by_source.items()]
    named = [part for part in parts if part.series]
    alone = {part.source: part.index for part in parts if part.index and not part.series}
    if problems := [_told(problem, by_source) for problem in series_problems(named, alone)]:
        raise SystemExit("\n".join(problems))
    for (name, _), members in sort_parts(named).items():
        posts = tuple(by_source[part.source] for part in members)
        for place, article in enumerate(posts, start=1):
            article.series = Series(name=name, posts=posts, place=place)


def _part(source: str, article: Article) -> Part:
    index = article.metadata.get("series_index")
    return Part(
        source=source,
        language=article.lang,
        date=article.date,
        series=" ".join(_words(article.metadata.get("series"))),
        index=None if index is None else " ".join(_words(index)),
    )


def _words(value: object) -> Iterator[str]:
    """The words of a field, which is a list when it goes over several lines."""
    lines: Iterable[object] = value if isinstance(value, list) else [value or ""]
    return (word for line in lines for word in str(line).split())


def _topic(article: Article) -> Topic:
    return Topic(
        source=article.get_relative_source_path(),
        language=article.lang,
        date=article.date,
        category=article.category.slug,
        tags=frozenset(tag.slug for tag in getattr(article, "tags", ())),
    )


def _told(problem: Problem, by_source: dict[str, Article]) -> str:
    path = Path(by_source[problem.source].source_path)
    line = line_of(path.read_text(encoding="utf-8-sig", errors="replace"), problem.field)
    return f"{_shown(path)}:{line or 1}: {problem.text}"


def _shown(path: Path) -> Path:
    """The path as the author types it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
