"""Recordings on the disk, and what may stand in their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from transcripts.errors import TranscriptError
from transcripts.model import Recording
from transcripts.store import read_recording

_EMPTY = "transcripts recording 1\n\nend\n"


def test_where_there_is_no_recording_there_is_none(tmp_path: Path) -> None:
    assert read_recording(tmp_path / "a.recording") is None


def test_a_recording_may_be_a_link_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "there").write_text(_EMPTY)
    (tmp_path / "a.recording").symlink_to("there")
    assert read_recording(tmp_path / "a.recording") == Recording()


def test_a_fifo_in_the_place_of_a_recording_is_told_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.recording"
    os.mkfifo(path)
    with pytest.raises(TranscriptError) as raised:
        read_recording(path)
    assert str(raised.value) == f"{path}: is no regular file; move it away, then run again"


@pytest.mark.parametrize("target", [".", "/dev/zero"])
def test_a_directory_or_a_device_in_the_place_of_a_recording_is_told(
    tmp_path: Path, target: str
) -> None:
    (tmp_path / "a.recording").symlink_to(target)
    with pytest.raises(TranscriptError, match="is no regular file; move it away"):
        read_recording(tmp_path / "a.recording")


def test_a_recording_that_nobody_can_review_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.recording"
    path.write_text(_EMPTY)
    os.truncate(path, (64 << 20) + 1)
    with pytest.raises(TranscriptError, match="has more than 64 MiB; delete it"):
        read_recording(path)
