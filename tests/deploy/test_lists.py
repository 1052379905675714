"""The list of what is published: not believed when it cannot be true, and written anew by force."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.errors import (
    ConnectionLostError,
    EditedError,
    ManifestError,
    NoPreviousError,
    RefusedError,
)
from deploy.options import Force, Progress
from deploy.publishing import Report

from .conftest import FIRST, SECOND, grow, live

Send = Callable[..., Report]
MANIFEST = ".deploy/manifest"
LIES = {
    "empty": ("", "begins with"),
    "binary": ("\udcff", "no UTF-8"),
    "cut": ("version 1\nfiles 0", "its last line is cut off"),
    "fewer": ("version 1\nfiles 2\n" + "0" * 64 + " 1 - a\n", "has 1"),
    "upwards": ("version 1\nfiles 1\n" + "0" * 64 + " 6 - ../precious\n", "leaves the site"),
    "absolute": ("version 1\nfiles 1\n" + "0" * 64 + " 6 - /etc/passwd\n", "leaves the site"),
    "inside": ("version 1\nfiles 1\n" + "0" * 64 + " 6 - a/../../precious\n", "leaves"),
    "ours": ("version 1\nfiles 1\n" + "0" * 64 + " 6 - .deploy/manifest\n", "its own files"),
    "twice": ("version 1\nfiles 2\n" + ("0" * 64 + " 1 - a\n") * 2, "twice"),
    "later": ("version 2\nfiles 0\n", "version 2"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_manifest_that_cannot_be_true_is_not_believed(
    send: Send, first: Path, second: Path, target: Path, tmp_path: Path, *, lie: str
):
    send(first)
    precious = grow(tmp_path, {"precious": "mine"}) / "precious"
    text, reason = LIES[lie]
    (target / MANIFEST).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ManifestError, match=reason) as caught:
        send(second)
    assert "--force manifest" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert live(target) == FIRST
    assert precious.read_text() == "mine"


def test_without_a_manifest_to_believe_nothing_is_deleted(send: Send, first: Path, target: Path):
    send(first)
    (target / MANIFEST).write_text("nonsense\n")
    site = grow(first.parent / "third", {"index.html": "front 3", "posts/a.html": "a 1"})
    report = send(site, force=frozenset({Force.MANIFEST}))
    assert live(target) == {**FIRST, "index.html": "front 3"}
    assert (report.changed, report.deleted) == (("index.html",), ())


@pytest.mark.parametrize("damaged", [".deploy/manifest", ".deploy/next"])
def test_a_list_that_cannot_be_read_is_written_anew_for_an_unchanged_site(
    send: Send, first: Path, second: Path, target: Path, *, damaged: str
):
    send(first)
    before = (target / MANIFEST).read_text()
    grow(target, {damaged: "nonsense\n"})
    forced = frozenset({Force.MANIFEST})
    assert str(send(first, force=forced, dry_run=True)) == "the list of its files written anew"
    assert (target / damaged).read_text() == "nonsense\n"
    assert str(send(first, force=forced)) == "the list of its files written anew"
    assert (target / MANIFEST).read_text() == before
    assert str(send(first)) == "nothing to do"
    assert send(second)
    assert live(target) == SECOND


@pytest.mark.parametrize("how", ["touched", "adopted"])
def test_what_was_forced_for_an_unchanged_site_is_not_refused_again(
    send: Send, first: Path, target: Path, *, how: str
):
    if how == "touched":
        send(first)
        os.utime(target / "posts/b.html", (1, 1))
    else:
        grow(target, FIRST)
    with pytest.raises(RefusedError):
        send(first)
    report = send(first, adopt=True, force=frozenset({Force.EDITED}))
    assert str(report) == "the list of its files written anew"
    assert str(send(first)) == "nothing to do"


def test_a_forced_rollback_completes_what_was_cut_where_the_lists_can_be_read(
    send: Send, back: Send, first: Path, second: Path, target: Path
):
    cut_in_mid_swap(send, first, second)
    shown = back(dry_run=True)
    assert (shown.resumed, set(shown.added)) == (True, set(FIRST) - set(SECOND))
    back(force=frozenset({Force.MANIFEST}))
    assert live(target) == FIRST


def cut_in_mid_swap(send: Send, first: Path, second: Path) -> None:
    """Publish one build, and the other until the half of its files are in their places."""
    send(first)

    def cut(done: Progress) -> None:
        if done.stage == "swap":
            raise ConnectionLostError("the connection was lost")

    with pytest.raises(ConnectionLostError):
        send(second, progress=cut)


def test_what_a_rollback_lacks_is_told_by_its_rehearsal(
    send: Send, back: Send, first: Path, second: Path, target: Path
):
    send(first)
    send(second)
    for kept in (target / ".deploy/old").iterdir():
        kept.unlink()
    with pytest.raises(NoPreviousError, match="is no longer on the server; publish the older"):
        back(dry_run=True)


def test_a_manifest_that_lies_about_a_file_is_found_out(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)
    manifest = target / MANIFEST
    manifest.write_text(manifest.read_text().replace(" posts/b.html", " posts/nosuch.html"))
    with pytest.raises(EditedError, match=r"posts/nosuch\.html deleted"):
        send(second)
