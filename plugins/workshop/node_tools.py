"""The checkers of pages that npm has, as ``tests/reading/package-lock.json`` pins them.

They are installed once for each lock, into a directory of ``.cache/node`` that is named after it
and appears there only when it is complete.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from itertools import count
from pathlib import Path

from . import processes
from .directories import locked, removed, scratch
from .errors import WorkshopError
from .progress import Progress
from .project import Project

_MANIFESTS = ("package.json", "package-lock.json")
_NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http")
"""It asks for each package in a line of its own, which is what progress is counted by."""


def directory(project: Project) -> Path:
    """Where the checkers are, or would be, with ``node_modules`` in it."""
    digest = hashlib.sha256()
    for name in _MANIFESTS:
        digest.update((_wanted(project) / name).read_bytes())
    return project.cache / "node" / digest.hexdigest()[:16]


def install(project: Project) -> Path:
    """Install the checkers unless they are there; cut short at any moment, it leaves none.

    Where two do so at once, the second waits, and finds what the first has made.
    """
    target = directory(project)
    if target.is_dir():
        return target
    waiting = "test: waiting for another test run that installs the checkers of pages"
    with locked(project.cache / "node.lock", waiting):
        if not target.is_dir():
            _make(project, target)
    return target


def _make(project: Project, target: Path) -> None:
    print("test: installing the checkers of pages (about a minute)", flush=True)
    with scratch(project.cache / "node.new") as new:
        for name in _MANIFESTS:
            shutil.copyfile(_wanted(project) / name, new / name)
        _fetch(new, project.cache / "node.log")
        removed(target.parent)  # those of older locks
        target.parent.mkdir()
        new.rename(target)


def _fetch(where: Path, log: Path) -> None:
    total = len(json.loads((where / "package-lock.json").read_bytes())["packages"]) - 1
    if not shutil.which("npm"):
        raise WorkshopError("there is no npm for the checkers of pages; install nodejs and npm")
    with Progress("test") as progress:
        numbers = count(1)

        def told(said: str) -> None:
            if "npm http" in said:
                progress.show(f"{min(next(numbers), total)} of {total} packages")

        done = processes.follow(_NPM, cwd=where, line=told)
    log.write_text(done.out + done.err, encoding="utf-8")
    if done.status != 0:
        raise WorkshopError(_failure(done, log))


def _failure(done: processes.Finished, log: Path) -> str:
    errors = [line for line in done.out.splitlines() if line.startswith("npm error")]
    first = errors[0].removeprefix("npm error ") if errors else f"npm ended with {done.status}"
    return f"the checkers of pages could not be installed: {first}; is there a network? see {log}"


def _wanted(project: Project) -> Path:
    return project.root / "tests" / "reading"
