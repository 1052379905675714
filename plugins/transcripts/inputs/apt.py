"""Downloads packages by apt-get, with lists of its own: the system's are neither read nor changed.

Where the archives are, and by whose keys they are signed, the author's own sources say.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import shlex
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ParseError
from ..model import Input
from .client import Answer, ask
from .complaints import no_client, no_file, no_network, no_package, no_version
from .shelf import Room

_SETTINGS = """\
Dir::Etc::Parts "/dev/null";
Dir::Etc::Main "/dev/null";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "{home}/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "{home}/state";
Dir::State::Status "/dev/null";
Dir::Cache "{home}/cache";
Dir::Cache::PkgCache "";
Dir::Cache::SrcPkgCache "";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
"""
# How to reach and trust archives is the author's to say; hooks and pins would change the rest.
_AUTHORS = re.compile(
    r"^(?!Acquire::IndexTargets)(?:Acquire::|APT::Architecture|Dir::Etc::(?:netrc|trusted)).*$",
    re.MULTILINE | re.IGNORECASE,
)
_ONE_LINE = re.compile(r"^[ \t]*deb(?:-src)?(?=[ \t])", re.MULTILINE)
_STANZA = re.compile(r"^Types:.*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Apt:
    """An apt of one type of archive: ``deb`` or ``deb-src``."""

    type: str
    home: Path

    async def ask(self, *words: str, cwd: Path | None = None) -> Answer:
        """What apt-get or apt-cache answers."""
        return await ask(words, cwd=cwd, env={"APT_CONFIG": str(self.home / "apt.conf")})

    async def versions(self, name: str) -> list[str]:
        """The versions of a package that the lists have, older ones first."""
        listed = await self.ask("apt-cache", "madison", name)
        rows = (line.split("|") for line in listed.out.splitlines())
        return list(dict.fromkeys(row[1].strip() for row in rows if len(row) == 3))[::-1]


async def download(item: Input, room: Room, archive_type: str, words: tuple[str, ...]) -> None:
    """Leave in the room what ``apt-get WORDS NAME=VERSION`` downloads."""
    if not shutil.which("apt-get"):
        raise no_client(item, "apt-get", "run this once on Debian and copy the kept files here")
    apt = Apt(archive_type, room.shelf / f".apt-{archive_type}")
    (apt.home / "state").mkdir(parents=True, exist_ok=True)
    command = ("apt-get", "-qq", *words, f"{item.name}={item.version}")
    async with _alone(apt.home):
        await _settle(apt)
        # Lists that are kept usually do; without a network they may still name a near mirror.
        if (await apt.ask(*command, cwd=room.files)).status:
            updated = await apt.ask("apt-get", "-q", "update")
            downloaded = await apt.ask(*command, cwd=room.files)
            if downloaded.status:
                raise await _why(item, apt, updated, downloaded)


async def _why(item: Input, apt: Apt, updated: Answer, downloaded: Answer) -> ParseError:
    known = await apt.versions(item.name)
    unreached = "Failed to fetch" in updated.err
    if item.version in known and not unreached:
        return no_file(item, "apt-get", downloaded.last("E: "))
    if unreached or "Failed to fetch" in downloaded.err:
        return no_network(item, "apt-get")
    if updated.status:
        return no_file(item, "apt-get", updated.last("E: "))
    return no_version(item, "apt", known) if known else no_package(item, "apt")


# --- An apt of our own ------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _alone(home: Path) -> AsyncIterator[None]:
    """Wait until nobody else uses the lists: apt itself gives up at once."""
    fd = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        while not _locked(fd):
            await asyncio.sleep(0.05)
        yield
    finally:
        os.close(fd)


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _settle(apt: Apt) -> None:
    """Write its settings and sources afresh, as the author's are now."""
    authors = await ask(("apt-config", "dump"))
    settings = "\n".join((*_AUTHORS.findall(authors.out), _SETTINGS.format(home=apt.home)))
    _write(apt.home / "apt.conf", settings)
    sources = apt.home / "sources"
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir()
    for path in await _sources():
        # One that only root may read is not the author's.
        with contextlib.suppress(PermissionError):
            _write(sources / path.name, _retyped(path, apt.type))


async def _sources() -> list[Path]:
    """The files that name the author's archives."""
    keys = ("Dir::Etc::sourcelist/f", "Dir::Etc::sourceparts/d")
    told = await ask(("apt-config", "shell", "FILE", keys[0], "PARTS", keys[1]))
    where = dict(word.split("=", 1) for word in shlex.split(told.out))
    parts = Path(where.get("PARTS", "/dev/null"))
    found = [*sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]
    return [path for path in (Path(where.get("FILE", "/dev/null")), *found) if path.is_file()]


def _retyped(path: Path, archive_type: str) -> str:
    """The same archives, for source packages or for binary ones."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".sources":
        return _STANZA.sub(f"Types: {archive_type}", text)
    return _ONE_LINE.sub(archive_type, text)


def _write(path: Path, text: str) -> None:
    """Settings may hold the password of a proxy."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
