"""The same sources give the same site, byte for byte, wherever and by whom it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .conftest import REPOSITORY

_SOURCES = ("content", "theme", "plugins", "pelicanconf.py", "publishconf.py")
_NEVER = ["-e", 'TRANSCRIPTS_RUN="never"']
_UMASK = 0o077


def _copied(target: Path, *, backwards: bool) -> Path:
    """The sources of this site, whose files were made in one order or the other."""
    files = [
        path
        for name in _SOURCES
        for path in sorted([REPOSITORY / name, *(REPOSITORY / name).rglob("*")])
        if path.is_file() and "__pycache__" not in path.parts
    ]
    for path in reversed(files) if backwards else files:
        copy = target / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        moment = time.time() - (1e8 if backwards else 0)
        os.utime(copy, (moment, moment))
    return target


def _built(
    site: Path, settings: str, *, umask: int = 0o022, **environment: str
) -> dict[str, bytes]:
    command = [sys.executable, "-m", "pelican", "content", "-s", settings, "-o", "out", *_NEVER]
    subprocess.run(
        [*command, "--fatal", "errors"],
        cwd=site,
        env={"PATH": os.environ["PATH"], "HOME": str(site), **environment},
        umask=umask,
        check=True,
        capture_output=True,
    )
    out = site / "out"
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file()
    }


def test_a_site_does_not_show_where_when_or_by_whom_it_was_built(tmp_path: Path) -> None:
    plain = _copied(tmp_path / "a", backwards=False)
    other = _copied(tmp_path / "some where/é" / "deeper", backwards=True)
    for settings in ("publishconf.py", "pelicanconf.py"):
        first = _built(plain, settings, LC_ALL="C", TZ="UTC", PYTHONHASHSEED="1", USER="ada")
        second = _built(
            other,
            settings,
            umask=_UMASK,
            LC_ALL="C.UTF-8",
            LANG="tr_TR.UTF-8",
            TZ="Pacific/Kiritimati",
            PYTHONHASHSEED="2",
            USER="bob",
            LOGNAME="bob",
            COLUMNS="40",
        )
        assert sorted(first) == sorted(second)
        assert [name for name, data in first.items() if second[name] != data] == []
        assert "index.html" in first
