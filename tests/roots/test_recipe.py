"""Recipes are checked before anything is asked of the archive."""

from __future__ import annotations

import pytest

from transcripts.errors import ParseError
from transcripts.model import Location
from transcripts.roots import Recipe, parse_recipe

PLACE = Location(path="post.md", line=7)


def test_packages_are_in_order_and_each_once():
    recipe = parse_recipe("debian:bookworm", ["make", "g++", "make"])
    assert recipe == Recipe(suite="bookworm", packages=("g++", "make"))
    assert recipe.with_packages("autoconf", "make").packages == ("autoconf", "g++", "make")
    assert str(recipe) == "debian:bookworm"


@pytest.mark.parametrize(
    ("root", "complaint"),
    [
        ("debain:bookworm", "no distribution 'debain'; did you mean 'debian'?"),
        ("bookworm", "'bookworm' is no root file system; write it as 'debian:bookworm'"),
        ("debian:", "'debian:' is no root file system; write it as 'debian:bookworm'"),
        ("debian:../etc", "'debian:../etc' is no root file system; write it as 'debian:bookworm'"),
    ],
)
def test_a_bad_root_is_named_with_its_place(root, complaint):
    with pytest.raises(ParseError) as raised:
        parse_recipe(root, location=PLACE)
    assert str(raised.value) == f"post.md:7: {complaint}"


@pytest.mark.parametrize("name", ["make-", "-o", "a", "make=4", "?essential", "Make", "a/b", ""])
def test_a_name_that_apt_would_read_otherwise_is_refused(name):
    with pytest.raises(ParseError, match="is no name of a Debian package"):
        parse_recipe("debian:bookworm", [name], location=PLACE)
