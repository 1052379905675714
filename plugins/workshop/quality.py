"""Checks the code of this repository: style, types, tests."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from . import node_tools, processes, system
from .errors import MisuseError, WorkshopError
from .project import Project

_LINT = {
    "style": ("ruff", "check", "--quiet", "."),
    "layout": ("ruff", "format", "--check", "--quiet", "."),
    "types": ("mypy", "--no-error-summary"),
}


def lint(project: Project) -> int:
    """Check style, layout and types, and go on after a failure; 1 if any failed."""
    failed = [name for name, command in _LINT.items() if _module(project, *command)]
    passed = [name for name in _LINT if name not in failed]
    for name in failed:
        print(f"lint: {name} failed", flush=True)
    if passed:
        print(f"lint: {', '.join(passed)} passed", flush=True)
    return 1 if failed else 0


def test(project: Project, paths: Sequence[str]) -> int:
    """Check everything, what is fast first; or only run the tests in PATHS.

    The tests run even where the code does not lint, so that one run tells all that is wrong.
    """
    _prepare(project)
    linted = 0 if paths else lint(project)
    workers = ["-n", "auto", "--dist", "loadgroup"] if not paths else []
    tested = _module(project, "pytest", "-q", *workers, *paths)
    if tested == 5:
        raise MisuseError("there is no such test; give a file of tests/ or nothing")
    return linted or tested


def _prepare(project: Project) -> None:
    """Install what only tests need; what cannot be had fails the tests that need it, by name."""
    lists = (system.LIST, system.DEV_LIST)
    system.ensure(project, *lists)
    try:
        node_tools.install(project)
    except WorkshopError as error:
        print(f"test: {error}", file=sys.stderr, flush=True)


def bench(project: Project) -> int:
    """Measure, and print ratios of one run."""
    script = project.root / "tests" / "bench.py"
    if not script.is_file():
        raise MisuseError("there is no tests/bench.py")
    environment = {"PYTHONPATH": str(project.plugins)}
    return processes.run([sys.executable, script], cwd=project.root, env=environment)


def _module(project: Project, *command: str) -> int:
    return processes.run([sys.executable, "-m", *command], cwd=project.root)
