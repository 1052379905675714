"""Names the Debian packages, with versions, that programs of the author's system belong to."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path


class Packages:
    """Answers from dpkg's database, asked once for each program."""

    def __init__(self) -> None:
        self._asking = asyncio.Lock()
        self._known: dict[str, str] = {}
        """By real path, ``name version``; empty for a program that no package has."""

    async def of(self, programs: Iterable[str]) -> tuple[str, ...]:
        """``name version`` of each package, in order of name; what no package has is left out.

        Empty on a system without dpkg.
        """
        found = [program for program in programs if os.path.exists(program)]  # noqa: PTH110 — Path.exists raises
        found += [other for program in found if (other := _interpreter(program))]
        wanted = set(map(os.path.realpath, found))
        async with self._asking:
            await self._look_up(wanted - self._known.keys())
        return tuple(sorted({self._known[program] for program in wanted} - {""}))

    async def _look_up(self, programs: set[str]) -> None:
        self._known.update(dict.fromkeys(programs, ""))
        if not programs or not shutil.which("dpkg-query"):
            return
        spellings = {spelling: program for program in programs for spelling in _spellings(program)}
        owners: dict[str, str] = {}
        for line in await _ask("--search", "--", *sorted(spellings)):
            names, _, path = line.rpartition(": ")
            if path in spellings and not names.startswith("diversion by"):
                owners[spellings[path]] = names.split(",")[0].split(":")[0].strip()
        if owners:
            names_wanted = sorted(set(owners.values()))
            shown = await _ask(
                "--show", "--showformat=${Package}\\t${Version}\\n", "--", *names_wanted
            )
            versions = dict(line.split("\t") for line in shown)
            for program, name in owners.items():
                self._known[program] = f"{name} {versions[name]}"


def _interpreter(program: str) -> str:
    """What a script names in its first line: the kernel starts it without another exec."""
    try:
        with Path(program).open("rb") as file:
            first = file.readline(256)
    except OSError:
        return ""
    words = first[2:].split()
    return os.fsdecode(words[0]) if first.startswith(b"#!") and words else ""


def _spellings(program: str) -> tuple[str, ...]:
    """A real path as dpkg may know it: on either side of the merged /usr."""
    merged = program.removeprefix("/usr")
    return (program, merged) if merged != program else (program,)


async def _ask(*arguments: str) -> list[str]:
    """The lines of dpkg-query's answer; that of several paths one has no package is no failure.

    It is waited for by its descriptor: asyncio's own way starts a thread on Python 3.11, and
    the runners fork, which threads do not survive.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    with tempfile.TemporaryFile() as answer:
        query = subprocess.Popen(
            ["dpkg-query", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
        )
        death = os.pidfd_open(query.pid)
        loop.add_reader(death, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(death)
            os.close(death)
            query.wait()
        answer.seek(0)
        return answer.read().decode("utf-8", "replace").splitlines()
