"""Builds the site into a new directory, which takes the place of the old one only when it is good.

Pelican runs as a process of its own: each build sees the settings, plugins and theme as they are
on disk now, and an error of theirs cannot leave anything behind in this process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import engine, processes, system
from .complaints import complaints, doubled_fields
from .directories import exchange, locked, removed, scratch
from .errors import WorkshopError
from .project import Project
from .references import missing_lists

NEVER_RUN = {"TRANSCRIPTS_RUN": "never"}
"""Sessions are run by the engine before Pelican starts, never by it."""
_UNRECORDED = "; record it with 'invoke build'"


def build(project: Project, *, run: bool = True, rerun: bool = False) -> int:
    """Run what has no valid recording (RERUN: everything), then build ``output/``.

    Drift, or a link that leads nowhere, does not keep the site from being built, so that the
    author can look at it, but from ending well.
    """
    status = engine.CLEAN
    if run or rerun:
        system.ensure(project)
        status = engine.call(project, "run", *(["--all"] if rerun else []))
        if status not in (engine.CLEAN, engine.DRIFT):
            return status
    known = engine.problems(project) if status == engine.DRIFT else frozenset()
    summary, told = _replaced(project, known.__contains__)
    print(f"build: output/ holds {summary}", flush=True)
    # What is not recorded is only told where the author wished that nothing be run.
    counted = [line for line in told if run or rerun or not line.endswith(_UNRECORDED)]
    return status or (engine.DRIFT if counted else engine.CLEAN)


def replace_output(project: Project, known: Callable[[str], bool] = lambda _: False) -> str:
    """Build with ``pelicanconf.py`` and put the result in the place of ``output/``.

    KNOWN says which problems the author need not be told. Returns a summary of the site.
    """
    return _replaced(project, known)[0]


def _replaced(project: Project, known: Callable[[str], bool]) -> tuple[str, list[str]]:
    """The summary, and what the author was told."""
    with fresh(project, "pelicanconf.py", NEVER_RUN) as (directory, found, summary):
        told = [line for line in found if not known(line)]
        _tell(told)
        exchange(directory, project.output)
    return summary, told


@contextmanager
def fresh(
    project: Project, settings: str, overrides: Mapping[str, Any]
) -> Iterator[tuple[Path, list[str], str]]:
    """A new site, what Pelican complained of, and a summary. Afterwards its place is emptied."""
    with locked(project.cache / "site.lock"), scratch(project.cache / "site") as directory:
        told, summary = _pelican(project, settings, overrides, directory)
        found = [*told, *_passed_over(project, settings, directory)]
        yield directory, list(dict.fromkeys(found)), summary


def _passed_over(project: Project, settings: str, site: Path) -> Iterator[str]:
    """What Pelican does not complain of."""
    yield from doubled_fields(project.root, project.content)
    yield from missing_lists(project, settings, site)


def _pelican(
    project: Project, settings: str, overrides: Mapping[str, Any], directory: Path
) -> tuple[list[str], str]:
    values = [f"{key}={json.dumps(value)}" for key, value in overrides.items()]
    where: list[str | Path] = [project.content, "-s", project.root / settings, "-o", directory]
    how = ["--fatal", "errors", "--log-handler", "plain", "-e", *values]
    done = processes.capture([sys.executable, "-m", "pelican", *where, *how], cwd=project.root)
    log = project.cache / "pelican.log"
    log.write_text(done.err + done.out, encoding="utf-8")
    told = complaints(done.err, project.root, project.content)
    # Pelican ends with 0 when it is interrupted; only its last words tell that it came to its end.
    if done.status == 0 and "Done: " in done.out:
        return told, counts(done.out)
    _tell(told[:-1])
    reason = told[-1] if told else f"pelican ended with status {done.status}"
    name = log.relative_to(project.root)
    raise WorkshopError(f"{reason} (the last good site is kept; more in {name})")


def counts(out: str) -> str:
    """``5 articles, 2 pages`` from what Pelican says when it is done."""
    text = " ".join(out.split()).partition("Processed ")[2].partition(" in ")[0]
    items = text.replace(" and ", ", ").split(", ")
    return ", ".join(item for item in items if not item.startswith("0 ")) or "no posts"


def clean(project: Project) -> int:
    """Delete what any build makes again: ``output/`` and the caches, but not recordings."""
    for path in (project.output, project.cache / "site", *_caches(project)):
        if removed(path):
            print(f"clean: deleted {path.relative_to(project.root)}/")
    return 0


def _caches(project: Project) -> Iterator[Path]:
    for name in (".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"):
        yield project.root / name


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"build: {line}", file=sys.stderr, flush=True)
