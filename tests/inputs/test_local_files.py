"""Local files are below the posts, and have the hash that the post names."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from .conftest import Author

DATA = b"peer,up\n1,128\n"
HASH = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def data(newcomer: Author) -> Path:
    path = newcomer.root / "content" / "data" / "peers.csv"
    path.parent.mkdir()
    path.write_bytes(DATA)
    return path


@pytest.mark.usefixtures("data")
def test_a_file_is_copied_so_that_no_edit_shows_in_a_running_session(newcomer: Author) -> None:
    found = newcomer.has(f"file ../data/peers.csv sha256:{HASH}")
    assert list(found) == ["peers.csv"]
    assert found["peers.csv"].read_bytes() == DATA
    assert newcomer.kept() == [found["peers.csv"]]
    assert newcomer.has(f"file ../data/peers.csv sha256:{HASH}") == found


def test_an_edited_file_is_told_though_its_copy_is_kept(newcomer: Author, data: Path) -> None:
    newcomer.has(f"file ../data/peers.csv sha256:{HASH}")
    data.write_bytes(b"edited\n")
    said = newcomer.hears(f"file ../data/peers.csv sha256:{HASH}")
    edited = hashlib.sha256(b"edited\n").hexdigest()
    assert said == (
        f"../data/peers.csv is not what was named: sha256:{edited} was found, of peers.csv;"
        " append that instead, once you know why"
    )


@pytest.mark.usefixtures("data")
def test_a_missing_hash_is_told(newcomer: Author) -> None:
    said = newcomer.hears("file ../data/peers.csv")
    assert said == f"../data/peers.csv has no sha256; append sha256:{HASH}"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("/etc/hostname", "is absolute; write its path from the post's directory"),
        ("../../secret", "; copy it beside the post"),
        ("../data/out", "; copy it beside the post"),
        ("../data/none.csv", "; put it there, or correct its name"),
        ("../data", "is no regular file; name a file"),
        ("../data/pipe", "is no regular file; name a file"),
    ],
)
def test_what_cannot_be_an_input_is_told(
    newcomer: Author, data: Path, name: str, wrong: str
) -> None:
    (newcomer.root / "secret").write_bytes(DATA)
    (data.parent / "out").symlink_to(newcomer.root / "secret")
    os.mkfifo(data.parent / "pipe")
    assert newcomer.hears(f"file {name} sha256:{HASH}").endswith(wrong)


def test_a_link_within_the_posts_is_followed(newcomer: Author, data: Path) -> None:
    (data.parent / "same.csv").symlink_to("peers.csv")
    assert list(newcomer.has(f"file ../data/same.csv sha256:{HASH}")) == ["same.csv"]
