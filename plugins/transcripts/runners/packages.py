"""Names the Debian packages, with versions, that programs of the author's system belong to."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path


class Packages:
    """Answers from dpkg's database, asked once for each program."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}
        self._versions: dict[str, str] = {}

    def of(self, programs: Iterable[str]) -> tuple[str, ...]:
        """``name version`` of each package, in order of name; what no package has is left out.

        Empty on a system without dpkg.
        """
        wanted = [program for program in programs if Path(program).exists()]
        self._look_up([program for program in wanted if program not in self._known])
        names = {name for program in wanted if (name := self._known.get(program))}
        return tuple(f"{name} {self._versions[name]}" for name in sorted(names))

    def _look_up(self, programs: list[str]) -> None:
        if not programs or not shutil.which("dpkg-query"):
            return
        spellings = {spelling: program for program in programs for spelling in _spellings(program)}
        self._known.update(dict.fromkeys(programs))
        for line in _ask("--search", "--", *spellings):
            owners, _, path = line.rpartition(": ")
            if path in spellings and not owners.startswith("diversion by"):
                self._known[spellings[path]] = owners.split(",")[0].split(":")[0].strip()
        names = {name for name in self._known.values() if name and name not in self._versions}
        if names:
            answers = _ask(
                "--show", "--showformat=${Package}\\t${Version}\\n", "--", *sorted(names)
            )
            self._versions.update(line.split("\t") for line in answers)  # type: ignore[misc]  # pairs


def _spellings(program: str) -> tuple[str, ...]:
    """A path as dpkg may know it: behind its links, and on both sides of the merged /usr."""
    real = os.path.realpath(program)
    paths = {program, real}
    paths |= {path.removeprefix("/usr") for path in paths if path.startswith("/usr/")}
    paths |= {f"/usr{path}" for path in paths if path.startswith(("/bin/", "/sbin/"))}
    return tuple(sorted(paths))


def _ask(*arguments: str) -> list[str]:
    # It exits 1 when one of several paths has no package: the others' answers still count.
    answer = subprocess.run(
        ["dpkg-query", *arguments],
        capture_output=True,
        check=False,
        text=True,
        env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
    )
    return answer.stdout.splitlines()
