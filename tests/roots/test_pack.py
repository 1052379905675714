"""A tar is the same whichever tool wrote its headers."""

from __future__ import annotations

import io
import tarfile

import pytest

from transcripts.roots.pack import level


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_headers_are_in_one_form_and_still_read(tmp_path, form):
    tar = tmp_path / "a.tar"
    _write(tar, form)
    level(tar)
    other = tmp_path / "b.tar"
    _write(other, tarfile.USTAR_FORMAT)
    level(other)
    assert tar.read_bytes() == other.read_bytes()
    with tarfile.open(tar) as read:
        assert read.getnames() == ["dev/null", "a", "b"]
        assert (read.getmember("dev/null").devmajor, read.getmember("dev/null").devminor) == (1, 3)
        found = read.extractfile("a")
        assert found is not None
        assert found.read() == b"x" * 1000


def _write(path, form):
    with tarfile.open(path, "w", format=form) as tar:
        null = tarfile.TarInfo("dev/null")
        null.type, null.devmajor, null.devminor = tarfile.CHRTYPE, 1, 3
        tar.addfile(null)
        file = tarfile.TarInfo("a")
        file.size = 1000
        tar.addfile(file, io.BytesIO(b"x" * 1000))
        tar.addfile(tarfile.TarInfo("b"))
