"""System packages that the examples need: which are missing, and how to get them.

The list is ``requirements-system.txt``: a Debian package a line, with the program that shows that
it is there. So it can be asked of any system; only installing needs apt.
"""

from __future__ import annotations

import os
import shutil

from . import processes
from .project import Project

LIST = "requirements-system.txt"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""Programs of the administrator count as well, though an author may not have them on PATH."""


def setup(project: Project) -> int:
    """Install what is missing, or print the one line that does; 1 when something is missing."""
    if not missing(project):
        print("setup: everything that the examples need is here")
        return 0
    return 1 if ensure(project) else 0


def ensure(project: Project) -> tuple[str, ...]:
    """Install what is missing if that needs no password, and return what is missing after that."""
    wanted = missing(project)
    if not wanted:
        return ()
    if how := _privilege(project):
        print(f"setup: installing {' '.join(wanted)}", flush=True)
        _install(project, how, wanted)
    if still := missing(project):
        print(f"setup: missing: {' '.join(still)}; install with: {_advice(still)}", flush=True)
        return still
    return ()


def missing(project: Project) -> tuple[str, ...]:
    """The packages of the list whose program is not on this system."""
    pairs = parse((project.root / LIST).read_text(encoding="utf-8"))
    return tuple(package for package, program in pairs if not shutil.which(program, path=_PATH))


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
    install = [*how, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    done = processes.capture(install, cwd=project.root)
    if done.status != 0:
        processes.capture([*how, "apt-get", "update", "-q"], cwd=project.root)
        done = processes.capture(install, cwd=project.root)
    if done.status != 0:
        reason = (done.err.strip() or done.out.strip()).splitlines()
        print(f"setup: apt-get failed: {reason[-1] if reason else done.status}", flush=True)


def _advice(packages: tuple[str, ...]) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("apt-get"):
        return f"{sudo}apt-get install {' '.join(packages)}"
    return f"your system's package manager (Debian's names: {' '.join(packages)})"
