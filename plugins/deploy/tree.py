"""Reads a directory that was built into its manifest. Changes nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from .errors import DeployError, UnfitNameError
from .manifest import File, Manifest
from .names import problem


def scan(site: Path) -> Manifest:
    """The manifest of a directory; links to files count as what they lead to."""
    paths = sorted(_paths(site))
    if not paths:
        raise DeployError(f"{site} has no file, so there is nothing to publish; build the site")
    unfit = [(path, wrong) for path in paths if (wrong := problem(path))]
    if unfit:
        path, wrong = unfit[0]
        more = f" ({len(unfit) - 1} more are unfit)" if len(unfit) > 1 else ""
        raise UnfitNameError(f"{path!r}: {wrong}; rename the file{more}")
    return Manifest.of((path, _file(site / path)) for path in paths)


def _paths(site: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(site):
        for name in folders:
            if (Path(folder) / name).is_symlink():
                place = (Path(folder) / name).relative_to(site).as_posix()
                raise UnfitNameError(f"{place!r} is a link to a folder; copy the folder instead")
        yield from ((Path(folder) / name).relative_to(site).as_posix() for name in files)


def _file(path: Path) -> File:
    try:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            return File(sha256=digest, size=opened.tell())
    except OSError as error:
        raise DeployError(
            f"{path} cannot be read: {error.strerror}; build the site again"
        ) from error


def file_of(data: bytes) -> File:
    """What a file with these bytes is in a manifest."""
    return File(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
