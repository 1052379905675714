"""Chooses, for each post, the few others that a reader of it may want next."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a post is about, by the slugs of its tags and category."""

    source: str
    language: str
    date: datetime
    category: str
    tags: frozenset[str]


def related(topics: Sequence[Topic]) -> dict[str, tuple[str, ...]]:
    """Return the sources of at most three posts for each post, the likest first.

    A tag that two posts share counts the more the fewer posts have it. Then comes a common
    category, then nearness in time, then the path, so that the order never depends on chance.
    A post with which nothing is shared is not related.
    """
    weights = _weights(topics)
    neighbours = _neighbours(topics)
    return {topic.source: _nearest(topic, neighbours[topic.source], weights) for topic in topics}


def _weights(topics: Sequence[Topic]) -> dict[tuple[str, str], float]:
    """How much each tag says in each language: nothing when all posts have it."""
    posts = Counter(topic.language for topic in topics)
    uses = Counter((topic.language, tag) for topic in topics for tag in topic.tags)
    return {key: math.log(posts[key[0]] / count) for key, count in uses.items()}


def _neighbours(topics: Sequence[Topic]) -> dict[str, list[Topic]]:
    """The posts that share a category or a tag with each, without comparing all with all."""
    shelves: dict[tuple[str, str, str], list[Topic]] = defaultdict(list)
    for topic in topics:
        for shelf in _shelves(topic):
            shelves[shelf].append(topic)
    found = {}
    for topic in topics:
        others = {other.source: other for shelf in _shelves(topic) for other in shelves[shelf]}
        others.pop(topic.source)
        found[topic.source] = list(others.values())
    return found


def _shelves(topic: Topic) -> list[tuple[str, str, str]]:
    tags = [(topic.language, "tag", tag) for tag in topic.tags]
    return [(topic.language, "category", topic.category), *tags]


def _nearest(
    topic: Topic, others: Sequence[Topic], weights: dict[tuple[str, str], float]
) -> tuple[str, ...]:
    def rank(other: Topic) -> tuple[float, bool, float, str]:
        # A sum in the order of names: that of a set changes from run to run, and so do its bits.
        shared = math.fsum(weights[topic.language, tag] for tag in topic.tags & other.tags)
        apart = abs((topic.date - other.date).total_seconds())
        return -round(shared, 9), topic.category != other.category, apart, other.source

    return tuple(other.source for other in sorted(others, key=rank)[:MOST])
