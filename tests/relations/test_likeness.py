"""Which other posts are offered to a reader of a post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from relations.likeness import Topic, related

START = datetime(2009, 3, 8, tzinfo=UTC)


def topic(
    source: str, *tags: str, day: int = 0, category: str = "x", language: str = "en"
) -> Topic:
    return Topic(
        source=source,
        language=language,
        date=START + timedelta(days=day),
        category=category,
        tags=frozenset(tags),
    )


TOPICS = st.lists(
    st.builds(
        topic,
        st.sampled_from("abcdefghij"),
        st.sampled_from(["t", "u", "v"]),
        st.sampled_from(["t", "u", "w"]),
        day=st.integers(0, 3),
        category=st.sampled_from("xy"),
        language=st.sampled_from(["en", "fr"]),
    ),
    unique_by=lambda each: each.source,
)


def test_a_rare_tag_says_more_than_common_ones() -> None:
    crowd = [topic(name, "common", "usual", day=1) for name in "cdefgh"]
    first = topic("a", "common", "usual", "rare")
    found = related([first, topic("b", "rare", day=99, category="y"), *crowd])
    assert found["a"] == ("b", "c", "d")


def test_then_comes_the_category_and_then_the_date() -> None:
    found = related(
        [
            topic("a", "t"),
            topic("far", "t", day=-9),
            topic("near", "t", day=2),
            topic("elsewhere", "t", day=1, category="y"),
            topic("other", "u"),
        ]
    )
    assert found["a"] == ("near", "far", "elsewhere")


def test_a_post_that_shares_nothing_has_none() -> None:
    assert related([topic("a", "t"), topic("b", "u", category="y")]) == {"a": (), "b": ()}


def test_posts_that_share_only_what_all_have_are_still_by_category_and_date() -> None:
    found = related([topic("a", "t"), topic("b", "t", day=5), topic("c", "t", day=-1)])
    assert found["a"] == ("c", "b")


@given(TOPICS)
def test_it_is_never_itself_nor_in_another_language_nor_more_than_three(
    topics: list[Topic],
) -> None:
    by_source = {each.source: each for each in topics}
    for source, others in related(topics).items():
        assert source not in others
        assert len(set(others)) == len(others) <= 3
        assert all(by_source[other].language == by_source[source].language for other in others)


@given(TOPICS, st.randoms())
def test_the_order_in_which_posts_are_read_changes_nothing(
    topics: list[Topic], chance: Random
) -> None:
    before = related(topics)
    shuffled = list(topics)
    chance.shuffle(shuffled)
    assert related(shuffled) == before
