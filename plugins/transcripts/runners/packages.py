"""Names the Debian packages, with versions, that programs of a root file system belong to."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..death import death

_USUAL = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/")
_MOST_LINKS = 10
_USUAL_PLACES = tuple(f"{place}*" for place in _USUAL)


class Packages:
    """Answers from the database of a root file system, asked once, beside the sessions that run."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._asking = asyncio.Lock()
        self._owners: dict[str, str] = {}
        self._versions: dict[str, str] = {}

    async def load(self) -> None:
        """Ask for all programs in the usual places; nothing happens on a system without dpkg."""
        async with self._asking:
            if not self._versions and shutil.which("dpkg-query"):
                shown = self._ask("--show", "--showformat=${Package}\\t${Version}\\n")
                owners, versions = await asyncio.gather(self._search(*_USUAL_PLACES), shown)
                self._owners.update(owners)
                self._versions.update(line.split("\t") for line in versions)  # type: ignore[misc]  # pairs

    async def of(self, programs: Iterable[str]) -> tuple[str, ...]:
        """``name version`` of each package, in order of name; what no package has is left out."""
        await self.load()
        found = [program for program in programs if os.path.exists(self._within(program))]  # noqa: PTH110 — Path.exists raises
        found += [other for program in found if (other := self._interpreter(program))]
        wanted = {path for program in found for path in _spellings(self._real(program))}
        unusual = {path for path in wanted if not path.startswith(_USUAL)}
        if unusual - self._owners.keys() and self._versions:
            self._owners.update(await self._search(*sorted(unusual)))
        names = {self._owners[path] for path in wanted if path in self._owners}
        return tuple(f"{name} {self._versions[name]}" for name in sorted(names))

    def _within(self, path: str) -> Path:
        return self._root / path.lstrip("/")

    def _real(self, program: str) -> str:
        """Where symbolic links lead, none of which leads out of the root."""
        for _ in range(_MOST_LINKS):
            if not self._within(program).is_symlink():
                break
            target = self._within(program).readlink()
            program = os.path.normpath(Path(program).parent / target)
        return program

    def _interpreter(self, program: str) -> str:
        """What a script names in its first line: the kernel starts it without another exec."""
        try:
            with self._within(program).open("rb") as file:
                first = file.readline(256)
        except OSError:
            return ""
        words = first[2:].split()
        return os.fsdecode(words[0]) if first.startswith(b"#!") and words else ""

    async def _search(self, *patterns: str) -> dict[str, str]:
        """Which package has each path that a pattern matches."""
        owners = {}
        for line in await self._ask("--search", "--", *patterns):
            names, _, path = line.rpartition(": ")
            if not names.startswith("diversion by"):
                owners[path] = names.split(",")[0].split(":")[0].strip()
        return owners

    async def _ask(self, *arguments: str) -> list[str]:
        return await _ask(f"--admindir={self._within('/var/lib/dpkg')}", *arguments)


def _spellings(program: str) -> tuple[str, ...]:
    """A real path as dpkg may know it: on either side of the merged /usr."""
    merged = program.removeprefix("/usr")
    return (program, merged) if merged != program else (program,)


async def _ask(*arguments: str) -> list[str]:
    """The lines of dpkg-query's answer; that of several paths one has no package is no failure."""
    with tempfile.TemporaryFile() as answer:
        query = subprocess.Popen(
            ["dpkg-query", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
        )
        try:
            await death(query.pid)
        finally:
            query.wait()
        answer.seek(0)
        return answer.read().decode("utf-8", "replace").splitlines()
