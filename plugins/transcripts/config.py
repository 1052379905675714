"""Turns the site's settings into a checked Config; nobody else reads the dictionary."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from types import UnionType

from .errors import ConfigError
from .model import Environment, Limits
from .names import nearest, package_problem

KNOWN_RUNNERS = ("namespace", "machine", "network")
KNOWN_EMULATORS = ("auto", "uml", "qemu")
_ROOTS = "requirements-roots.txt"
_SUITE = re.compile(r"debian:[a-z]+")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
"""As useradd(8) allows it, without the "$" of machines."""
_USERS = ("root", "nobody", "nogroup")
"""Those that a sandbox has besides."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""A label of RFC 1123."""
_LARGEST_SCREEN = 1000


class Run(Enum):
    """What Pelican's build runs before it renders."""

    MISSING = "missing"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of the plugin."""

    content: str
    """Directory of the posts."""
    environments: Mapping[str, Environment]
    """By name; the first is the default."""
    roots: str = _ROOTS
    """The file that pins the packages of root file systems."""
    run: Run = Run.MISSING
    strict: bool = False
    """Whether a problem in a post stops the build before it writes anything."""


_SETTINGS = (
    "TRANSCRIPTS_RUN",
    "TRANSCRIPTS_ENVIRONMENTS",
    "TRANSCRIPTS_STRICT",
    "TRANSCRIPTS_ROOTS",
)
_DEFAULT_ENVIRONMENTS: Mapping[str, object] = {"sandbox": {}}


def read_config(settings: Mapping[str, object]) -> Config:
    """Check the settings. Raises ConfigError that names the first wrong one."""
    for key in settings:
        if key.startswith("TRANSCRIPTS_") and key not in _SETTINGS:
            raise ConfigError(f"unknown setting {key}; {nearest(key, _SETTINGS)}")
    run = settings.get("TRANSCRIPTS_RUN", Run.MISSING.value)
    if run not in [choice.value for choice in Run]:
        raise ConfigError(f"TRANSCRIPTS_RUN = {run!r}; write 'missing' or 'never'")
    strict = settings.get("TRANSCRIPTS_STRICT", False)
    if not isinstance(strict, bool):
        raise ConfigError(f"TRANSCRIPTS_STRICT = {strict!r}; write True or False")
    roots = settings.get("TRANSCRIPTS_ROOTS", _ROOTS)
    if not isinstance(roots, str) or not roots:
        raise ConfigError(f"TRANSCRIPTS_ROOTS = {roots!r}; write the name of a file")
    described = settings.get("TRANSCRIPTS_ENVIRONMENTS", _DEFAULT_ENVIRONMENTS)
    if not isinstance(described, Mapping) or not described:
        raise ConfigError("TRANSCRIPTS_ENVIRONMENTS names no environment; name at least one")
    return Config(
        content=str(settings.get("PATH", "content")),
        environments={name: _environment(name, value) for name, value in described.items()},
        roots=roots,
        run=Run(run),
        strict=strict,
    )


def _environment(name: str, described: object) -> Environment:
    place = f"TRANSCRIPTS_ENVIRONMENTS[{name!r}]"
    values = dict(_checked(Environment, described, place, besides=("limits", "packages")))
    limits = values.pop("limits", {})
    packages = _packages(values.pop("packages", ()), place)
    environment = Environment(
        name=name,
        packages=packages,
        limits=Limits(**_checked(Limits, limits, f"{place}['limits']")),  # type: ignore[arg-type]  # checked by name and type
        **values,  # type: ignore[arg-type]  # likewise
    )
    if environment.runner not in KNOWN_RUNNERS:
        raise ConfigError(
            f"{place}: unknown runner {environment.runner!r};"
            f" {nearest(environment.runner, KNOWN_RUNNERS)}"
        )
    _check_names(environment, place)
    _check_screen(environment, place)
    _check_systems(environment, place)
    return environment


def _check_names(environment: Environment, place: str) -> None:
    """Whose shell it is, and where."""
    user, host = environment.user, environment.host
    if not _USER.fullmatch(user):
        raise ConfigError(
            f"{place}['user'] = {user!r}; write a name such as 'reader', of at most 32 small"
            " letters, digits, '_' and '-', a letter or '_' first"
        )
    if user in _USERS:
        raise ConfigError(f"{place}['user'] = {user!r}; every sandbox has this one: write another")
    if not _HOST.fullmatch(host):
        raise ConfigError(
            f"{place}['host'] = {host!r}; write a name such as 'blog', of at most 63 letters,"
            " digits and '-', which is neither first nor last"
        )


def _check_screen(environment: Environment, place: str) -> None:
    for key, number in (("columns", environment.columns), ("rows", environment.rows)):
        if number > _LARGEST_SCREEN:
            raise ConfigError(
                f"{place}[{key!r}] = {number}; write a number from 1 to {_LARGEST_SCREEN}"
            )


def _check_systems(environment: Environment, place: str) -> None:
    """Where its files and its kernel come from."""
    if environment.root != "/" and not _SUITE.fullmatch(environment.root):
        raise ConfigError(
            f"{place}: root {environment.root!r}; write '/' or a suite such as 'debian:bookworm'"
        )
    if environment.packages and environment.root == "/":
        raise ConfigError(f"{place}: packages need a root of their own; set root to a suite")
    if environment.kernel and not _SUITE.fullmatch(environment.kernel):
        raise ConfigError(
            f"{place}: kernel {environment.kernel!r}; write a suite such as 'debian:trixie'"
        )
    if environment.kernel and environment.runner != "machine":
        raise ConfigError(f"{place}: only a machine has a kernel of its own; remove 'kernel'")
    if environment.emulator not in KNOWN_EMULATORS:
        raise ConfigError(
            f"{place}: unknown emulator {environment.emulator!r};"
            f" {nearest(environment.emulator, KNOWN_EMULATORS)}"
        )
    if environment.emulator != "auto" and environment.runner != "machine":
        raise ConfigError(f"{place}: only a machine has an emulator; remove 'emulator'")


def _packages(described: object, place: str) -> tuple[str, ...]:
    if not isinstance(described, list | tuple) or not all(isinstance(p, str) for p in described):
        raise ConfigError(f"{place}['packages'] = {described!r}; write a list such as ['make']")
    for name in described:
        if problem := package_problem(name):
            raise ConfigError(f"{place}['packages']: {problem}")
    return tuple(sorted(set(described)))


def _checked(
    kind: type, described: object, place: str, besides: tuple[str, ...] = ()
) -> dict[str, object]:
    """The described values, each of the type that the field of ``kind`` has."""
    if not isinstance(described, Mapping):
        raise ConfigError(f"{place} is no dictionary; write {{}} for the defaults")
    known = {field.name: field for field in fields(kind) if field.name != "name"}
    defaults = kind(name="") if kind is Environment else kind()
    for key, value in described.items():
        if key not in known:
            raise ConfigError(f"{place}: unknown key {key!r}; {nearest(str(key), tuple(known))}")
        wanted: type | UnionType = type(getattr(defaults, key))
        wanted = int | float if wanted is float else wanted
        if key not in besides and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise ConfigError(
                f"{place}[{key!r}] = {value!r}; a value such as"
                f" {getattr(defaults, key)!r} belongs here"
            )
        if isinstance(value, int | float) and not 0 < value < math.inf:
            raise ConfigError(f"{place}[{key!r}] = {value!r}; write a number above 0")
    return dict(described)
