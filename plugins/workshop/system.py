"""System packages that the examples and the tests need: which are missing, and how to get them.

The lists are ``requirements-system.txt`` and, for tests only, ``requirements-system-dev.txt``: a
Debian package a line, with the program or the file that shows that it is there. So they can be
asked of any system; only installing needs apt.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from . import processes
from .progress import Progress
from .project import Project

LIST = "requirements-system.txt"
DEV_LIST = "requirements-system-dev.txt"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""Programs of the administrator count as well, though an author may not have them on PATH."""


def setup(project: Project) -> int:
    """Install what is missing, or print the one line that does; 1 when something is missing."""
    if not missing(project):
        print("setup: everything that the examples need is here")
        return 0
    return 1 if ensure(project) else 0


def ensure(project: Project, *lists: str) -> tuple[str, ...]:
    """Install what is missing if that needs no password, and return what is missing after that.

    LISTS are those of the packages; without any, that of the examples.
    """
    wanted = missing(project, *lists)
    if not wanted:
        return ()
    if how := _privilege(project):
        print(f"setup: installing {' '.join(wanted)}", flush=True)
        _install(project, how, wanted)
    if still := missing(project, *lists):
        print(f"setup: missing: {' '.join(still)}; install with: {_advice(still)}", flush=True)
        return still
    return ()


def missing(project: Project, *lists: str) -> tuple[str, ...]:
    """The packages of the lists whose program is not on this system."""
    found = [project.root / name for name in lists or (LIST,)]
    pairs = [pair for path in found for pair in parse(path.read_text(encoding="utf-8"))]
    return tuple(dict.fromkeys(package for package, program in pairs if not _is_there(program)))


def _is_there(program: str) -> bool:
    """Say whether the system has the program, or the file of a package that has none."""
    path = Path(program)
    return bool(shutil.which(program, path=_PATH)) or (path.is_absolute() and path.exists())


def parse(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of package and program that a list names."""
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return tuple((words[0], words[-1]) for words in lines if words)


def _privilege(project: Project) -> tuple[str, ...]:
    """What to put before apt-get; nothing at all when it cannot be run."""
    if not shutil.which("apt-get"):
        return ()
    if os.geteuid() == 0:
        return ("env", "DEBIAN_FRONTEND=noninteractive")
    if not shutil.which("sudo"):
        return ()
    asked = processes.capture(["sudo", "-n", "true"], cwd=project.root)
    return ("sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive") if asked.status == 0 else ()


def _install(project: Project, how: tuple[str, ...], packages: tuple[str, ...]) -> None:
    """Try with the package lists that are here; fetch newer ones only if those do not do."""
    apt = [*how, "apt-get", "-q", "-o", "APT::Status-Fd=1"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    done = _shown(project, install)
    if done.status != 0:
        _shown(project, [*apt, "update"])
        done = _shown(project, install)
    if done.status != 0:
        errors = [line for line in done.out.splitlines() if line.startswith("E: ")]
        reason = errors[-1].removeprefix("E: ") if errors else f"it ended with {done.status}"
        print(f"setup: apt-get failed: {reason}", flush=True)


def _shown(project: Project, argv: list[str]) -> processes.Finished:
    """Run apt-get, and show on a terminal how far it is."""
    with Progress("setup") as progress:
        return processes.follow(argv, cwd=project.root, line=lambda said: _tell(progress, said))


def _tell(progress: Progress, said: str) -> None:
    """Show a line of ``APT::Status-Fd``: ``dlstatus:3:20.5:Retrieving file 3 of 9``."""
    kind, *rest = said.split(":", 3)
    if kind in ("dlstatus", "pmstatus") and len(rest) == 3:
        _, percent, what = rest
        progress.show(f"{percent.partition('.')[0]} % {what.strip()}")


def _advice(packages: tuple[str, ...]) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("apt-get"):
        return f"{sudo}apt-get install {' '.join(packages)}"
    return f"your system's package manager (Debian's names: {' '.join(packages)})"
