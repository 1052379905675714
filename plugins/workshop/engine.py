"""Starts the engine that runs examples: the command line of the package ``transcripts``."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from . import processes
from .project import Project

CLEAN, DRIFT, MISUSE = 0, 1, 2


def call(project: Project, *arguments: str) -> int:
    """Run ``python -m transcripts ARGUMENTS`` in the project, and return its exit status."""
    command = [sys.executable, "-m", "transcripts", *arguments]
    return processes.run(command, cwd=project.root, env=_environment(project))


def problems(project: Project) -> frozenset[str]:
    """The lines in which the engine tells what does not hold, without running anything."""
    command = [sys.executable, "-m", "transcripts", "verify"]
    done = processes.capture(command, cwd=project.root, env=_environment(project))
    return frozenset(line.strip() for line in done.out.splitlines())


def posts(project: Project, paths: Iterable[str]) -> list[str]:
    """Paths as the author typed them, from wherever that was, as the project sees them."""
    from pathlib import Path

    full = [Path(path).resolve() for path in paths]
    return [
        str(path.relative_to(project.root) if path.is_relative_to(project.root) else path)
        for path in full
    ]


def _environment(project: Project) -> dict[str, str]:
    return {"PYTHONPATH": str(project.plugins)}
