"""Packages come from the real registries, once, and are what the post names."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from .conftest import HELLO, HELLO_ORIG, ISARRAY, SIX_SDIST, SIX_WHEEL, Author

SOURCE = f"debian-source hello=2.10-3 sha256:{HELLO}"
PACKAGES = {
    SOURCE: [
        "hello_2.10-3.dsc",
        "hello_2.10.orig.tar.gz",
        "hello_2.10.orig.tar.gz.asc",
        "hello_2.10-3.debian.tar.xz",
    ],
    f"pypi six=1.16.0 sha256:{SIX_WHEEL}": ["six-1.16.0-py2.py3-none-any.whl"],
    f"pypi six=1.16.0 sha256:{SIX_SDIST}": ["six-1.16.0.tar.gz"],
    f"npm isarray=2.0.5 sha256:{ISARRAY}": ["isarray-2.0.5.tgz"],
}


@pytest.mark.parametrize("line", PACKAGES)
def test_a_package_is_fetched_once_and_is_what_its_hash_says(
    author: Author, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = author.has(line)
    assert list(found) == PACKAGES[line]
    first = next(iter(found.values()))
    assert hashlib.sha256(first.read_bytes()).hexdigest() == line.rpartition(":")[2]
    assert first.parent.name == line.rpartition(":")[2]
    author.told.clear()
    monkeypatch.setenv("PATH", "/nowhere")
    assert author.has(line) == found
    assert author.told == []


def test_a_hash_that_is_not_written_yet_is_told(author: Author) -> None:
    said = author.hears("npm isarray=2.0.5")
    assert said == f"isarray=2.0.5 has no sha256; append sha256:{ISARRAY}"
    assert author.told == ["fetching npm isarray=2.0.5"]


def test_a_binary_package_is_fetched_for_this_machine(author: Author) -> None:
    said = author.hears("debian hello=2.10-3")
    assert said.startswith("hello=2.10-3 has no sha256; append sha256:")
    (name,) = author.has(f"debian hello=2.10-3 {said.split()[-1]}")
    assert name.startswith("hello_2.10-3_")
    assert name.endswith(".deb")


@pytest.mark.parametrize(
    "line",
    ["pypi six=1.16.0", "npm isarray=2.0.5", "debian-source hello=2.10-3"],
)
def test_another_hash_is_told_with_the_one_that_was_found(author: Author, line: str) -> None:
    said = author.hears(f"{line} sha256:{'0' * 64}")
    assert " is not what was named: sha256:" in said
    assert said.endswith("; append that instead, once you know why")


UNKNOWN = {
    "debian-source hello=9": "hello=9 has no such version; apt knows 2.10-3",
    "debian-source no-such-hello=9": "no-such-hello=9 is of no package that apt knows;",
    "pypi six=9.99": "six=9.99 has no such version; pip knows …, 1.",
    "npm isarray=99.0.0": "isarray=99.0.0 has no such version; npm knows …, 0.0.1, 1.0.0",
    "npm no-such-isarray-4711=1.0.0": "no-such-isarray-4711=1.0.0 is of no package that npm",
    "pypi six=1.16": "six=1.16 is called six-1.16.0-py2.py3-none-any.whl; write its version so",
}


@pytest.mark.parametrize("line", UNKNOWN)
def test_an_unknown_name_or_version_is_told_with_those_that_there_are(
    author: Author, line: str
) -> None:
    assert author.hears(line).startswith(UNKNOWN[line])


REFUSED = [
    "pypi six=>1",
    "pypi six[all]=1.0",
    "pypi --index-url=1.0",
    "npm isarray=latest",
    "npm isarray=^2.0.0",
    "npm ./here=1.0.0",
    "debian-source -ohello=1",
    "debian hello/sid=1",
    "npm isarray=2.0.5 sha256:../..",
]


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_no_name_with_one_version_never_reaches_a_client(author: Author, line: str) -> None:
    kind = line.split(maxsplit=1)[0]
    assert f" is no {kind} package of one version; write it as {kind} " in author.hears(line)
    assert author.told == []


def test_a_damaged_file_is_fetched_again(author: Author) -> None:
    for name in ("hello_2.10-3.dsc", "hello_2.10.orig.tar.gz"):
        found = author.has(SOURCE)
        found[name].chmod(0o644)
        found[name].write_bytes(b"damaged")
        assert author.has(SOURCE) == found
        assert b"damaged" not in found[name].read_bytes()


def test_a_large_file_is_read_again_only_when_its_time_has_changed(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcripts.inputs.shelf._SMALL", 0)
    path = author.has(SOURCE)["hello_2.10.orig.tar.gz"]
    whole, before = path.read_bytes(), path.stat()
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert author.has(SOURCE)[path.name].read_bytes() == b"damaged"
    os.utime(path)
    assert author.has(SOURCE)[path.name].read_bytes() == whole


def test_a_shelf_that_cannot_be_written_is_told(newcomer: Author) -> None:
    newcomer.shelf.write_text("no directory")
    said = newcomer.hears(f"npm isarray=2.0.5 sha256:{ISARRAY}")
    assert said.startswith(f"isarray=2.0.5 cannot be kept in {newcomer.shelf}/inputs: ")
    assert said.endswith("; see to that directory")


def test_a_hash_of_another_package_is_not_taken_from_the_shelf(author: Author) -> None:
    author.has(f"npm isarray=2.0.5 sha256:{ISARRAY}")
    said = author.hears(f"npm isarray=2.0.4 sha256:{ISARRAY}")
    assert said.startswith("isarray=2.0.4 is not what was named: sha256:")


def test_kept_files_look_the_same_on_every_machine(author: Author) -> None:
    path = author.has(SOURCE)["hello_2.10.orig.tar.gz"]
    assert path.parent.name == HELLO_ORIG
    assert (path.stat().st_mtime, path.stat().st_mode & 0o777) == (946_684_800, 0o444)


def test_several_posts_may_fetch_the_same_at_once(newcomer: Author) -> None:
    async def both() -> None:
        lines = (f"npm isarray=2.0.5 sha256:{ISARRAY}", SOURCE)
        one, other = await asyncio.gather(newcomer.provide(*lines), newcomer.provide(*lines))
        assert one == other

    asyncio.run(both())
    assert len(newcomer.kept()) == 5


def test_inputs_may_share_a_file_but_not_a_name(author: Author) -> None:
    data = author.root / "content" / "isarray-2.0.5.tgz"
    data.write_bytes(b"another\n")
    line = f"file ../{data.name} sha256:{hashlib.sha256(data.read_bytes()).hexdigest()}"
    assert list(author.has(SOURCE, SOURCE)) == PACKAGES[SOURCE]
    said = author.hears(f"npm isarray=2.0.5 sha256:{ISARRAY}", line)
    assert said == (
        "../isarray-2.0.5.tgz has a file 'isarray-2.0.5.tgz', as isarray=2.0.5 has;"
        " take one of them out"
    )


def test_a_shelf_that_a_killed_run_left_is_swept(newcomer: Author) -> None:
    left = newcomer.shelf / "inputs" / ".room-old"
    fresh = newcomer.shelf / "inputs" / ".room-new"
    for room in (left, fresh):
        (room / "files").mkdir(parents=True)
    os.utime(left, (0, 0))
    newcomer.has(f"npm isarray=2.0.5 sha256:{ISARRAY}")
    assert not left.exists()
    assert fresh.exists()


def test_no_address_of_a_registry_stands_in_the_code() -> None:
    code = Path(__file__).parents[2] / "plugins" / "transcripts" / "inputs"
    assert not [path for path in code.glob("*.py") if "://" in path.read_text()]
