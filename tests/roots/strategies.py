"""Pins as Hypothesis imagines them: every one that the engine could write."""

from __future__ import annotations

from hypothesis import strategies as st

from transcripts.roots.lock import Package, Pin
from transcripts.roots.recipe import Recipe

_NAMES = st.from_regex(r"[a-z0-9][a-z0-9+.-]{0,6}[a-z0-9+.]", fullmatch=True)
_VERSIONS = st.from_regex(r"([0-9]:)?[0-9][A-Za-z0-9.+~-]{0,8}", fullmatch=True)
_SUITES = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5})?", fullmatch=True)
_DIGESTS = st.integers(0, 2**256 - 1).map("{:064x}".format)
_ARCHITECTURES = st.sampled_from(["amd64", "arm64", "all"])


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


RECIPES = st.builds(Recipe, suite=_SUITES, packages=st.lists(_NAMES, max_size=3).map(_once))
PACKAGES = st.builds(
    Package, name=_NAMES, version=_VERSIONS, architecture=_ARCHITECTURES, digest=_DIGESTS
)
PINS = st.builds(
    Pin,
    recipe=RECIPES,
    architecture=_ARCHITECTURES,
    digest=_DIGESTS,
    packages=st.lists(PACKAGES, max_size=4, unique=True).map(sorted).map(tuple),
)
