"""A directory for one machine, and the end of those that killed runs have left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "transcripts-"


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty directory, which is locked until it is removed."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name, _locked(Path(name)):
        yield Path(name)


def _sweep(place: Path) -> None:
    """Remove our directories that nobody has locked."""
    for path in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), _locked(path):
            if any(path.iterdir()):  # one that is empty may be about to be locked
                shutil.rmtree(path)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(fd)
