"""Prints and parses the list of what is published: each file with its content's SHA-256 and size.

A list is written for a reviewer, one file a line, in the order of paths. It is read from a server
that anybody may have written to, so nothing in it is believed that could not be ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from .errors import ManifestError
from .names import problem

_HEAD = "# What publishing has put here, and reads before it changes anything. Do not edit.\n"
_LINE = re.compile(r"([0-9a-f]{64}) (0|[1-9][0-9]{0,15}) (-|0|[1-9][0-9]{0,15}) (.+)")
_COUNT = re.compile(r"files (0|[1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a file holds."""

    sha256: str
    size: int

    mtime: int | None = None
    """When the server says that it was written; None when it has not said so."""

    def holds_same(self, other: File | None) -> bool:
        """Whether the contents are equal."""
        return other is not None and (self.sha256, self.size) == (other.sha256, other.size)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a build, by their paths, in the order of these."""

    files: Mapping[str, File]

    @classmethod
    def of(cls, files: Iterable[tuple[str, File]]) -> Manifest:
        """The manifest of these files."""
        return cls(MappingProxyType(dict(sorted(files))))

    def holds_same(self, other: Manifest | None) -> bool:
        """Whether both are of equal trees."""
        if other is None or self.files.keys() != other.files.keys():
            return False
        return all(file.holds_same(other.files[path]) for path, file in self.files.items())


NOTHING = Manifest.of(())


def print_manifest(manifest: Manifest) -> str:
    """The text of a manifest; `parse_manifest` reads it back."""
    lines = (
        f"{file.sha256} {file.size} {'-' if file.mtime is None else file.mtime} {path}\n"
        for path, file in manifest.files.items()
    )
    return f"{_HEAD}version 1\nfiles {len(manifest.files)}\n{''.join(lines)}"


def parse_manifest(text: str) -> Manifest:
    """The manifest that a text is, or a `ManifestError` that says in which line it is not one."""
    lines = text.split("\n")
    if lines.pop():
        raise ManifestError("its last line is cut off")
    comments, body = [line for line in lines[:1] if line.startswith("#")], lines
    body = lines[len(comments) :]
    count = _COUNT.fullmatch(body[1]) if len(body) > 1 else None
    if not count or body[0] != "version 1":
        raise ManifestError(f"it begins with {body[:2]}, not with 'version 1' and 'files COUNT'")
    if int(count[1]) != len(body) - 2:
        raise ManifestError(f"it says that it has {count[1]} files and has {len(body) - 2}")
    first = len(comments) + 3
    files = [_parse_line(number, line) for number, line in enumerate(body[2:], first)]
    _refuse_impossible([path for path, _ in files])
    return Manifest.of(files)


def _parse_line(number: int, line: str) -> tuple[str, File]:
    found = _LINE.fullmatch(line)
    if not found:
        raise ManifestError(f"line {number} is {line[:100]!r}, not 'SHA-256 SIZE TIME PATH'")
    sha256, size, mtime, path = found.groups()
    if wrong := problem(path):
        raise ManifestError(f"line {number} has the path {path[:100]!r}: {wrong}")
    when = None if mtime == "-" else int(mtime)
    return path, File(sha256=sha256, size=int(size), mtime=when)


def _refuse_impossible(paths: list[str]) -> None:
    if any(one >= other for one, other in pairwise(paths)):
        raise ManifestError("its paths are out of order, or one is there twice")
    folders = {folder for path in paths for folder in folders_of(path)}
    if both := sorted(folders.intersection(paths)):
        raise ManifestError(f"{both[0]!r} is a file and a folder in it")


def folders_of(path: str) -> list[str]:
    """The folders that a path lies in, outermost first, without the target itself."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]
