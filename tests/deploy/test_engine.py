"""Publishing, going back and refusing, into a directory of this machine."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.errors import (
    DeployError,
    DiskFullError,
    EditedError,
    NoPreviousError,
    RefusedError,
    SourcesError,
    UnfitNameError,
    UnknownFolderError,
)
from deploy.options import Force, Progress
from deploy.publishing import Report, publish
from deploy.transports.local import Local

from .conftest import FIRST, SECOND, grow, live, options, run

Send = Callable[..., Report]
MANIFEST = ".deploy/manifest"


def test_a_first_publish_sends_everything(send: Send, first: Path, target: Path):
    report = send(first)
    assert live(target) == FIRST
    assert (report.sent_files, set(report.added)) == (len(FIRST), set(FIRST))


def test_a_second_publish_makes_the_trees_equal(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)
    report = send(second)
    assert live(target) == SECOND
    assert set(report.deleted) == {
        "old/gone.html",
        "twin-1.txt",
        "was-file",
        "was-folder/inner.html",
    }
    assert not (target / "old").exists()
    assert (report.sent_files, report.sent_bytes) == (9, sum(map(_size, SECOND.items())) - 3)


def _size(item: tuple[str, str]) -> int:
    return len(item[1].encode())


def test_an_unchanged_site_is_not_touched(send: Send, first: Path, target: Path):
    send(first)
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*")}
    assert str(send(first)) == "nothing to do"
    assert {path: path.stat().st_mtime_ns for path in target.rglob("*")} == before


def test_a_dry_run_lists_and_changes_nothing(send: Send, first: Path, second: Path, target: Path):
    send(first)
    report = send(second, dry_run=True)
    assert report.added == ("posts/c.html", "was-file/now.html", "was-folder")
    assert "posts/a.html" in report.changed
    assert "old/gone.html" in report.deleted
    assert live(target) == FIRST


def test_a_rollback_gives_equal_trees_and_can_be_taken_back(
    send: Send, back: Send, first: Path, second: Path, target: Path
):
    send(first)
    send(second)
    back()
    assert live(target) == FIRST
    back()
    assert live(target) == SECOND
    assert send(second).sent_files == 0


def test_what_was_published_first_cannot_be_rolled_back(send: Send, back: Send, first: Path):
    send(first)
    with pytest.raises(NoPreviousError, match="no build was published here before"):
        back()


def test_nothing_is_left_behind_but_what_a_rollback_needs(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)
    send(second)
    send(first)
    assert not list((target / ".deploy/new").iterdir())
    assert len(list((target / ".deploy/old").iterdir())) == len(SECOND) - 1
    assert {path.name for path in (target / ".deploy").iterdir()} == {
        *(".htaccess", "manifest", "new", "old", "previous")
    }


def test_progress_is_told_by_files_and_bytes(send: Send, first: Path):
    told: list[Progress] = []
    send(first, progress=told.append)
    last = [each for each in told if each.stage == "send"][-1]
    assert (last.files, last.bytes) == (last.of_files, last.of_bytes)
    assert last.of_bytes == sum(map(_size, FIRST.items()))


def test_pages_follow_assets_and_the_front_page_is_last(send: Send, first: Path, target: Path):
    send(first)
    lines = (target / MANIFEST).read_text().splitlines()
    assert lines[1:3] == ["version 1", f"files {len(FIRST)}"]
    assert [line.split(" ", 3)[3] for line in lines[3:]] == sorted(FIRST)


def test_a_target_with_sources_is_never_written_to(send: Send, first: Path, target: Path):
    grow(target, {"pelicanconf.py": "AUTHOR = 'Ada'"})
    with pytest.raises(SourcesError, match="a folder of sources"):
        send(first, adopt=True, force=frozenset(Force))
    assert live(target) == {"pelicanconf.py": "AUTHOR = 'Ada'"}


def test_a_folder_of_somebody_elses_has_to_be_adopted(send: Send, first: Path, target: Path):
    grow(target, {"precious.txt": "mine", "index.html": "Welcome to your hosting"})
    with pytest.raises(UnknownFolderError, match=r"the target holds index\.html, precious\.txt"):
        send(first)
    report = send(first, adopt=True)
    assert live(target) == {**FIRST, "precious.txt": "mine"}
    assert report.changed == ("index.html",)


def test_what_was_adopted_is_never_deleted(
    send: Send, back: Send, first: Path, second: Path, target: Path
):
    grow(target, {"precious.txt": "mine", "index.html": "Welcome", "old/notes.txt": "keep"})
    send(first, adopt=True)
    back()
    assert live(target) == {
        "precious.txt": "mine",
        "index.html": "Welcome",
        "old/notes.txt": "keep",
    }
    send(first)
    send(second)
    assert live(target) == {**SECOND, "precious.txt": "mine", "old/notes.txt": "keep"}


@pytest.mark.parametrize("edit", ["content", "time", "gone", "folder"])
def test_an_edit_by_hand_is_told_and_only_overwritten_by_force(
    send: Send, back: Send, first: Path, second: Path, target: Path, *, edit: str
):
    send(first)
    page = target / "posts/b.html"
    if edit == "time":
        os.utime(page, (1, 1))
    elif edit == "content":
        page.write_text("edited by hand")
    else:
        page.unlink()
    if edit == "folder":
        page.mkdir()
    before = live(target)
    with pytest.raises(RefusedError, match=r"posts/b\.html"):
        send(second)
    assert live(target) == before
    if edit == "folder":
        return
    send(second, force=frozenset({Force.EDITED}))
    assert live(target) == SECOND
    back()
    assert live(target) == before


def test_a_file_put_where_a_new_page_goes_is_told(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)
    grow(target, {"posts/c.html": "put here by hand"})
    with pytest.raises(EditedError, match=r"posts/c\.html changed"):
        send(second)


def test_a_folder_that_becomes_a_file_must_be_all_ours(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)
    grow(target, {"was-folder/guest.txt": "a guest"})
    with pytest.raises(RefusedError, match=r"was-folder/guest\.txt on the server is not ours"):
        send(second)
    assert live(target) == {**FIRST, "was-folder/guest.txt": "a guest"}


_ALL = frozenset(Force)


def test_a_link_out_of_the_target_is_not_followed(
    send: Send, first: Path, second: Path, target: Path, tmp_path: Path
):
    send(first)
    outside = grow(tmp_path / "outside", {"a.html": "a 1", "b.html": "b 1"})
    for page in (target / "posts").iterdir():
        page.unlink()
    (target / "posts").rmdir()
    (target / "posts").symlink_to(outside)
    with pytest.raises(DeployError, match="leads out of"):
        send(second, force=_ALL)
    assert live(outside) == {"a.html": "a 1", "b.html": "b 1"}


class Full(Local):
    """A server whose disk is full after the beginning of a large file, as over SFTP."""

    async def write(self, path: str, data: bytes) -> None:
        if "/new/" not in path:
            return await super().write(path, data)
        await super().write(f"{path}.part", data[:1])
        raise DiskFullError("no space is left")


def test_a_full_disk_keeps_nothing_of_what_was_begun(first: Path, target: Path):
    with pytest.raises(DiskFullError):
        run(publish(Full(target), first, options()))
    assert list((target / ".deploy/new").iterdir()) == []


class Followed(Local):
    """A server that follows links, as those of SFTP do."""

    def _path(self, path: str) -> Path:
        return self._folder / path


@pytest.mark.parametrize("forced", [frozenset[Force](), _ALL], ids=["asked", "forced"])
@pytest.mark.parametrize("folder", ["posts", "old", "theme"])
def test_a_link_in_the_place_of_a_folder_is_refused(
    send: Send, first: Path, second: Path, target: Path, *, folder: str, forced: frozenset[Force]
):
    send(first)
    outside = target.with_name("outside")
    (target / folder).rename(outside)
    (target / folder).symlink_to(outside)
    before = live(outside)
    with pytest.raises(RefusedError, match=f"^{folder} on the server is a link or file where"):
        run(publish(Followed(target), second, options(force=forced - {Force.MANIFEST})))
    assert live(outside) == before


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("two\nlines.html", "line break"),
        ("bell\x07.html", "cannot be seen"),
        (unicodedata.normalize("NFD", "é.html"), "NFD"),
        (os.fsdecode(b"latin\xe9.html"), "cannot be seen"),
        ("back\\slash.html", "backslash"),
        (" lead.html", "begins or ends with a space"),
        (".deploy/x.html", "its own files"),
    ],
)
def test_names_that_servers_would_stumble_over_are_told_before_anything_leaves(
    send: Send, first: Path, target: Path, name: str, reason: str
):
    (first / name).parent.mkdir(exist_ok=True)
    (first / name).write_text("x")
    with pytest.raises(UnfitNameError, match=reason) as caught:
        send(first)
    assert "\n" not in str(caught.value)
    assert not list(target.iterdir())


def test_a_linked_folder_in_the_build_is_told(send: Send, first: Path):
    (first / "linked").symlink_to(first / "posts")
    with pytest.raises(UnfitNameError, match="'linked' is a link to a folder"):
        send(first)


def test_an_empty_build_is_not_published(send: Send, target: Path, tmp_path: Path):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DeployError, match="nothing to publish"):
        send(tmp_path / "nothing")


def test_a_build_that_changes_while_it_is_sent_is_not_published(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)

    def edit(_: Progress) -> None:
        for path in second.rglob("*.html"):
            path.write_text("another build writes here")

    with pytest.raises(DeployError, match="changed while it was sent"):
        send(second, progress=edit)
    assert live(target) == FIRST
