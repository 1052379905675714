"""What a root file system is made from: a Debian suite, and names of packages."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ParseError
from ..model import Location
from ..names import nearest, package_problem

_DISTRIBUTIONS = ("debian",)
_SUITE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# As dpkg calls what uname calls by another name.
_ARCHITECTURES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv7l": "armhf",
    "i686": "i386",
    "ppc64le": "ppc64el",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Recipe:
    """The essential packages of a suite, these packages, and what they depend on."""

    suite: str
    packages: tuple[str, ...] = ()
    """In order, each once."""

    def __str__(self) -> str:
        return f"debian:{self.suite}"

    def with_packages(self, *packages: str) -> Recipe:
        """The recipe with more packages, as a post's ``Packages:`` adds them."""
        return Recipe(
            suite=self.suite, packages=tuple(sorted({*self.packages, *map(_checked, packages)}))
        )


def parse_recipe(
    root: str, packages: Iterable[str] = (), *, location: Location | None = None
) -> Recipe:
    """The recipe that ``debian:SUITE`` and names of packages stand for.

    Raises ParseError where there is no such form or name; whether the archive has them is seen
    when they are fetched.
    """
    distribution, colon, suite = root.partition(":")
    if colon and distribution not in _DISTRIBUTIONS:
        raise ParseError(
            f"no distribution {distribution!r}; {nearest(distribution, _DISTRIBUTIONS)}", location
        )
    if not colon or not _SUITE.fullmatch(suite):
        raise ParseError(
            f"{root!r} is no root file system; write it as 'debian:bookworm'", location
        )
    return Recipe(suite=suite, packages=_all_checked(packages, location))


def native_architecture() -> str:
    """Debian's name of the architecture that this machine runs."""
    machine = platform.machine()
    return _ARCHITECTURES.get(machine, machine)


def _all_checked(packages: Iterable[str], location: Location | None) -> tuple[str, ...]:
    return tuple(sorted({_checked(name, location) for name in packages}))


def _checked(name: str, location: Location | None = None) -> str:
    if problem := package_problem(name):
        raise ParseError(problem, location)
    return name
