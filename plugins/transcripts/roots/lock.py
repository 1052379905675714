"""Pins root file systems to the last package: a text of one package a line, made to be reviewed.

Printing and parsing are exact inverses; the text is in one order whatever the pins come in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import TranscriptError
from ..model import Location
from ..store import write_text
from .recipe import Recipe

_HEADER = (
    "# Packages that root file systems are made from, written by 'invoke roots':\n"
    "# name, version, architecture and SHA-256 of each; 'root' is the SHA-256 of what they make.\n"
)
_RECIPE = re.compile(r"debian:(\S+) (\S+):((?: \S+)*)")
_ROOT = re.compile(r"  root ([0-9a-f]{64})")
_PACKAGE = re.compile(r"  (\S+) (\S+) (\S+) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Package:
    """One version of a package, and what its file must hold."""

    name: str
    version: str
    architecture: str
    digest: str
    line: int = field(default=0, compare=False)
    """Line of the lock that says so; 0 where none does yet."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def file(self) -> str:
        """Name of its file, as apt writes it."""
        version = self.version.replace(":", "%3a")
        return f"{self.name}_{version}_{self.architecture}.deb"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Pin:
    """What a recipe stands for on one architecture."""

    recipe: Recipe
    architecture: str
    digest: str
    """SHA-256 of the tar."""
    packages: tuple[Package, ...]
    """In order."""
    line: int = field(default=0, compare=False)


def print_lock(pins: Iterable[Pin]) -> str:
    """The text that parse_lock reads as these pins."""
    return "".join([_HEADER, *(f"\n{_print_pin(pin)}" for pin in sorted(pins))])


def _print_pin(pin: Pin) -> str:
    names = "".join(f" {name}" for name in pin.recipe.packages)
    packages = "".join(
        f"  {package.name} {package.version} {package.architecture} {package.digest}\n"
        for package in sorted(pin.packages)
    )
    return f"{pin.recipe} {pin.architecture}:{names}\n  root {pin.digest}\n{packages}"


def parse_lock(text: str, path: str) -> tuple[Pin, ...]:
    """The pins of a lock, with the lines that they are at. Raises TranscriptError at a bad line."""
    pins: list[Pin] = []
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if _says(line)]
    while lines:
        end = next((at for at, (_, line) in enumerate(lines) if at and line[0] != " "), len(lines))
        pins.append(_parse_pin(lines[:end], path))
        lines = lines[end:]
    return tuple(pins)


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _parse_pin(lines: list[tuple[int, str]], path: str) -> Pin:
    number = lines[0][0]
    head = _matched(_RECIPE, lines[:1], path, "'debian:SUITE ARCHITECTURE: PACKAGE…'")
    root = _matched(_ROOT, lines[1:2], path, "'  root SHA-256'", number)
    packages = tuple(_parse_package(numbered, path) for numbered in lines[2:])
    return Pin(
        recipe=Recipe(suite=head[1], packages=tuple(head[3].split())),
        architecture=head[2],
        digest=root[1],
        packages=packages,
        line=number,
    )


def _parse_package(numbered: tuple[int, str], path: str) -> Package:
    found = _matched(_PACKAGE, [numbered], path, "'  NAME VERSION ARCHITECTURE SHA-256'")
    name, version, architecture, digest = found.groups()
    return Package(
        name=name, version=version, architecture=architecture, digest=digest, line=numbered[0]
    )


def _matched(
    form: re.Pattern[str], lines: list[tuple[int, str]], path: str, expected: str, last: int = 0
) -> re.Match[str]:
    number, line = lines[0] if lines else (last, "")
    if found := form.fullmatch(line):
        return found
    raise TranscriptError(
        f"expected {expected}, found {line!r}; take the file back from git,"
        " or delete it and run 'invoke roots'",
        Location(path=path, line=number),
    )


def read_lock(path: Path) -> tuple[Pin, ...]:
    """The pins of a lock file; none where there is no file."""
    try:
        return parse_lock(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise TranscriptError(f"{path}: cannot be read: {error}") from error


def pinned(path: Path, recipe: Recipe, architecture: str) -> Pin | None:
    """What a lock file says of a recipe."""
    wanted = (recipe, architecture)
    return next((pin for pin in read_lock(path) if (pin.recipe, pin.architecture) == wanted), None)


def write_pin(path: Path, pin: Pin) -> bool:
    """Make a lock file say this of the pin's recipe, and of others what it did."""
    same = (pin.recipe, pin.architecture)
    others = [old for old in read_lock(path) if (old.recipe, old.architecture) != same]
    return write_text(path, print_lock([*others, pin]))
