"""Asks Debian's archive for packages, through a private apt that knows nothing of this system."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote

from ..errors import SandboxError, TranscriptError
from ..model import Location
from .lock import Package
from .namespace import unshared
from .programs import Ended, Program, Tell, failure, run, succeed
from .recipe import Recipe
from .shelf import Shelf
from .sources import (
    PREFERENCES,
    TARGETS,
    Source,
    keyrings_of,
    parse_sources,
    parse_targets,
    print_configuration,
    print_sources,
)

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_HELPER = "/usr/lib/apt/apt-helper"
_URI = re.compile(r"'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+) (?:SHA256:(?P<digest>\w{64}))?.*")
_FETCHING = re.compile(r"dlstatus:(\d+):")


class UnknownPackageError(TranscriptError):
    """The archive does not have a package of a recipe."""

    def __init__(self, message: str, package: str = "") -> None:
        super().__init__(message)
        self.package = package


class Archive:
    """One suite of Debian's archive, as the author's system reaches it."""

    def __init__(self, suite: str, shelf: Shelf, tell: Tell) -> None:
        self._suite = suite
        self._shelf = shelf
        self._tell = tell
        self._place = shelf.apt(suite)
        self._fresh = False

    async def resolve(self, recipe: Recipe) -> tuple[Package, ...]:
        """The packages that a recipe stands for today, in order.

        Raises UnknownPackageError where the archive lacks a name, SandboxError where it cannot be
        reached.
        """
        await self._refresh()
        self._tell(f"choosing the packages of {recipe}")
        await self._know(recipe)
        install = ("install", "--print-uris", "-qq", "?essential", *recipe.packages)
        chosen = _uris(await self._succeed("apt-get", *install))
        names = [_package(found) for found in chosen]
        found = await self._succeed("apt-get", *_download(names))
        return tuple(sorted(map(_package, _uris(found))))

    async def fetch(self, packages: Iterable[Package], lock: Path) -> None:
        """Have the files of these packages on the shelf, each with the right SHA-256.

        Raises TranscriptError, with the line of the lock, where the archive has one no more.
        """
        missing = [package for package in packages if not self._shelf.package(package)]
        if not missing:
            return
        await self._refresh()
        asked = await run(self._program("apt-get", *_download(missing)))
        if asked.status:
            raise _gone(asked, missing, lock)
        offered = _uris(asked)
        _compare(offered, missing, lock)
        await self._download(offered)
        for package in missing:
            (self._shelf.incoming / package.file).replace(self._shelf.packages / package.file)
            if not self._shelf.package(package):
                raise SandboxError(f"{package.file}: has another SHA-256 than it was fetched with")

    async def _download(self, offered: list[re.Match[str]]) -> None:
        """Fetch into the directory of what comes in; apt-helper takes up what was cut there."""
        size = sum(int(found["size"]) for found in offered) / 1e6

        def hear(line: str) -> None:
            if counted := _FETCHING.match(line):
                steps.say(f"downloading {counted[1]} of {len(offered)} packages, {size:.0f} MB")

        steps = _Steps(self._tell)
        words = [
            word
            for found in offered
            for word in (found["uri"], str(self._incoming(found)), f"SHA256:{found['digest']}")
        ]
        # A mirror may be slow, not mute: apt's own time-outs end a dead connection.
        options = ("-o", "APT::Status-Fd=1", "-o", "Acquire::Retries=2")
        done = await run(self._program(_HELPER, "download-file", *options, *words), hear)
        if done.status:
            raise _unreachable(done)

    def _incoming(self, found: re.Match[str]) -> Path:
        return self._shelf.incoming / _package(found).file

    async def _refresh(self) -> None:
        """Know what the archive has now."""
        if self._fresh:
            return
        self._tell(f"asking what debian:{self._suite} has")
        await self._prepare()
        done = await run(self._program("apt-get", "update", "-q", "--error-on=any"))
        if done.status:
            raise _no_suite(self._suite, done) or _unreachable(done)
        self._fresh = True

    async def _prepare(self) -> None:
        (self._place / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        sources = await _sources(self._place)
        keyrings = _keyrings(sources)
        for name, text in (
            ("status", ""),
            ("preferences", PREFERENCES),
            ("sources.list", print_sources(sources, self._suite, keyrings)),
            ("apt.conf", print_configuration(str(self._place))),
        ):
            (self._place / name).write_text(text, encoding="utf-8")

    async def _know(self, recipe: Recipe) -> None:
        """Raise UnknownPackageError for the first name that the archive does not have."""
        known = frozenset((await self._succeed("apt-cache", "pkgnames")).lines)
        for name in recipe.packages:
            if name not in known:
                raise UnknownPackageError(
                    f"{recipe} has no package {name!r}; {_nearest(name, known)}", name
                )

    async def _succeed(self, *argv: str) -> Ended:
        return await succeed(self._program(*argv))

    def _program(self, program: str, *arguments: str) -> Program:
        return Program(argv=(program, "-c", str(self._place / "apt.conf"), *arguments))


class _Steps:
    """Says a text only if it is news, and not more often than one can read."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._said = ""
        self._next = 0.0

    def say(self, text: str) -> None:
        if text != self._said and time.monotonic() >= self._next:
            self._tell(text)
            self._said, self._next = text, time.monotonic() + 0.5


async def _sources(place: Path) -> tuple[Source, ...]:
    """Debian's archive as the author's apt has it; where that has none, as mmdebstrap knows it."""
    asked = await run(Program(argv=("apt-get", "indextargets", *TARGETS, "Created-By: Packages")))
    if sources := parse_targets(asked.lines):
        return sources
    show = 'cat "$1/etc/apt/sources.list"; exit 1'
    shown = await run(
        Program(
            argv=unshared(
                *("mmdebstrap", "--mode=root", "--variant=custom", "--format=null"),
                *(f"--setup-hook={show}", "stable"),
            ),
            environment={"TMPDIR": str(place)},
        )
    )
    if sources := parse_sources(shown.lines):
        return sources
    raise failure("mmdebstrap", shown)


def _keyrings(sources: Iterable[Source]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for source in sources:
        if source.entry and os.access(source.entry, os.R_OK):
            text = Path(source.entry).read_text(encoding="utf-8")
            found.update(dict.fromkeys(keyrings_of(text, source.entry, source.uri)))
    # A suite is signed by its own keys, which the author's sources of another need not name.
    if _KEYRING.is_file():
        found[str(_KEYRING)] = None
    return tuple(found)


def _download(packages: Iterable[Package]) -> tuple[str, ...]:
    names = (f"{package.name}={package.version}" for package in packages)
    return ("download", "--print-uris", "-qq", *names)


def _uris(ended: Ended) -> list[re.Match[str]]:
    return [found for line in ended.lines if (found := _URI.fullmatch(line))]


def _package(found: re.Match[str]) -> Package:
    name, version, architecture = found["file"].removesuffix(".deb").split("_")
    return Package(
        name=name,
        version=unquote(version),
        architecture=architecture,
        digest=found["digest"] or "",
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    """The likely name, of those that begin as it does.

    There are 60,000, among which something is always a little alike.
    """
    alike = [other for other in known if other[:2] == name[:2] and abs(len(other) - len(name)) < 3]
    if close := get_close_matches(name, alike, n=1, cutoff=0.8):
        return f"did you mean {close[0]!r}?"
    return f"look for it with 'apt-cache search {name}'"


def _gone(asked: Ended, missing: Iterable[Package], lock: Path) -> TranscriptError:
    """The complaint about the first package that the archive does not have."""
    for package in missing:
        said = (f"for '{package.name}' was not found", f"locate package {package.name}")
        if any(line.endswith(said) for line in asked.lines):
            return TranscriptError(
                f"{package} is gone from the archive; put {package.file} into the shelf's"
                " packages, or run 'invoke roots --renew' and review what changed",
                Location(path=str(lock), line=package.line),
            )
    return failure("apt-get", asked)


def _compare(offered: list[re.Match[str]], missing: Iterable[Package], lock: Path) -> None:
    """Raise TranscriptError where the archive has another file under the name and version."""
    found = {package.file: package for package in map(_package, offered)}
    for package in missing:
        other = found.get(package.file)
        if other is None or other.digest != package.digest:
            has = f"SHA-256 {other.digest}" if other else "another architecture"
            raise TranscriptError(
                f"{package} has {has} in the archive; if you trust that,"
                " run 'invoke roots --renew' and review what changed",
                Location(path=str(lock), line=package.line) if package.line else None,
            )


def _no_suite(suite: str, ended: Ended) -> TranscriptError | None:
    if any("does not have a Release file" in line for line in ended.lines):
        return TranscriptError(
            f"the archive has no suite {suite!r}; name one such as 'debian:bookworm'"
        )
    return None


def _unreachable(ended: Ended) -> SandboxError:
    wrong = [line for line in ended.lines if line.startswith("E: ")]
    if not wrong or any("No space left" in line for line in ended.lines):
        return failure("apt-get", ended)
    reason = wrong[0].removeprefix("E: ").split("  ")[-1].strip()
    return SandboxError(
        f"Debian's archive cannot be reached: {reason}; go online, or keep to recipes of the lock"
    )
