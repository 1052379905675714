"""The lock of root file systems reads back exactly, and says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.errors import TranscriptError
from transcripts.roots.lock import (
    Package,
    Pin,
    parse_lock,
    pinned,
    print_lock,
    read_lock,
    write_pin,
)
from transcripts.roots.recipe import Recipe

from .strategies import PACKAGES, PINS

DIGEST = "0123456789abcdef" * 4
MAKE = Package(name="make", version="4.3-4.1", architecture="amd64", digest=DIGEST)
PIN = Pin(
    recipe=Recipe(suite="bookworm", packages=("make",)),
    architecture="amd64",
    digest=DIGEST,
    packages=(MAKE,),
)


@given(st.lists(PINS, max_size=4))
def test_what_is_printed_is_read_back_in_order(pins):
    text = print_lock(pins)
    assert parse_lock(text, "lock") == tuple(sorted(pins))
    assert print_lock(parse_lock(text, "lock")) == text


@given(st.lists(PINS, max_size=4))
def test_each_package_is_one_line_and_knows_it(pins):
    text = print_lock(pins)
    for pin in parse_lock(text, "lock"):
        for package in pin.packages:
            line = text.split("\n")[package.line - 1]
            assert line.split() == [
                package.name,
                package.version,
                package.architecture,
                package.digest,
            ]


@given(PACKAGES)
def test_a_file_name_has_no_colon_and_keeps_its_parts(package):
    assert ":" not in package.file
    assert package.file.endswith(f"_{package.architecture}.deb")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("make 4.3\n", "lock:1: expected 'debian:SUITE ARCHITECTURE: PACKAGE…', found 'make 4.3'"),
        ("debian:sid amd64:\n", "lock:1: expected '  root SHA-256', found ''"),
        (
            f"# a\n\ndebian:sid amd64:\n  root {DIGEST}\n  make 4.3 amd64\n",
            "lock:5: expected '  NAME VERSION ARCHITECTURE SHA-256', found '  make 4.3 amd64'",
        ),
    ],
)
def test_a_bad_line_is_named(text, complaint):
    with pytest.raises(TranscriptError) as raised:
        parse_lock(text, "lock")
    assert str(raised.value).startswith(complaint)


def test_a_lock_that_is_not_there_pins_nothing(tmp_path):
    assert read_lock(tmp_path / "lock") == ()


def test_a_pin_is_found_and_replaced_and_others_stay(tmp_path: Path):
    lock = tmp_path / "lock"
    other = Pin(
        recipe=Recipe(suite="trixie"), architecture="amd64", digest=DIGEST, packages=(MAKE,)
    )
    assert write_pin(lock, PIN)
    assert write_pin(lock, other)
    assert not write_pin(lock, PIN)
    newer = Pin(recipe=PIN.recipe, architecture="amd64", digest="f" * 64, packages=(MAKE,))
    assert write_pin(lock, newer)
    assert pinned(lock, PIN.recipe, "amd64") == newer
    assert pinned(lock, other.recipe, "amd64") == other
    assert pinned(lock, PIN.recipe, "arm64") is None
