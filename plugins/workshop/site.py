"""Builds the site into a new directory, which takes the place of the old one only when it is good.

Pelican runs as a process of its own: each build sees the settings, plugins and theme as they are
on disk now, and an error of theirs cannot leave anything behind in this process.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import engine, processes, system
from .directories import exchange, locked, removed, scratch
from .errors import WorkshopError
from .project import Project

NEVER_RUN = {"TRANSCRIPTS_RUN": "never"}
"""Sessions are run by the engine before Pelican starts, never by it."""
_NO_WORDS = "has no alternative text"
_LOST = re.compile(r"Unable to find '(.+)', skipping url replacement\.")


def build(project: Project, *, run: bool = True, rerun: bool = False) -> int:
    """Run what has no valid recording (RERUN: everything), then build ``output/``.

    Drift does not keep the site from being built, so that the author can look at it, but from
    ending well.
    """
    status = engine.CLEAN
    if run or rerun:
        system.ensure(project)
        status = engine.call(project, "run", *(["--all"] if rerun else []))
        if status not in (engine.CLEAN, engine.DRIFT):
            return status
    known = engine.problems(project) if status == engine.DRIFT else frozenset()
    print(f"build: output/ holds {replace_output(project, known.__contains__)}", flush=True)
    return status


def replace_output(project: Project, known: Callable[[str], bool] = lambda _: False) -> str:
    """Build with ``pelicanconf.py`` and put the result in the place of ``output/``.

    KNOWN says which problems the author need not be told. Returns a summary of the site.
    """
    with fresh(project, "pelicanconf.py", NEVER_RUN) as (directory, told, summary):
        _tell(line for line in told if not known(line))
        exchange(directory, project.output)
    return summary


@contextmanager
def fresh(
    project: Project, settings: str, overrides: Mapping[str, Any]
) -> Iterator[tuple[Path, list[str], str]]:
    """A new site, what Pelican complained of, and a summary. Afterwards its place is emptied."""
    with locked(project.cache / "site.lock"), scratch(project.cache / "site") as directory:
        told, summary = _pelican(project, settings, overrides, directory)
        yield directory, told, summary


def _pelican(
    project: Project, settings: str, overrides: Mapping[str, Any], directory: Path
) -> tuple[list[str], str]:
    values = [f"{key}={json.dumps(value)}" for key, value in overrides.items()]
    where: list[str | Path] = [project.content, "-s", project.root / settings, "-o", directory]
    how = ["--fatal", "errors", "--log-handler", "plain", "-e", *values]
    done = processes.capture([sys.executable, "-m", "pelican", *where, *how], cwd=project.root)
    log = project.cache / "pelican.log"
    log.write_text(done.err + done.out, encoding="utf-8")
    told = complaints(done.err, project.root)
    # Pelican ends with 0 when it is interrupted; only its last words tell that it came to its end.
    if done.status == 0 and "Done: " in done.out:
        return told, counts(done.out)
    _tell(told[:-1])
    reason = told[-1] if told else f"pelican ended with status {done.status}"
    name = log.relative_to(project.root)
    raise WorkshopError(f"{reason} (the last good site is kept; more in {name})")


def complaints(log: str, root: Path) -> list[str]:
    """What Pelican logged, a line each; the last one is what stopped it, if it was stopped."""
    told, _, trace = log.partition("Traceback (most recent call last):\n")
    lines = [line.replace(f"{root}/", "") for line in told.splitlines() if line]
    if lines and lines[-1].startswith("RuntimeError: Warning or error"):
        lines.pop()
        if cause := _cause(trace, lines):
            lines[-1] += f": {cause}"
    return [_with_place(line, root) for line in lines if not _told_better(line, lines)]


def _told_better(line: str, lines: list[str]) -> bool:
    """Whether it is Pelican's word on a picture without words, and the feeds say where it is."""
    path = line.rpartition(" in ")[2]
    return line.startswith("Empty alt attribute for image ") and any(
        other.startswith(f"{path}:") and _NO_WORDS in other for other in lines
    )


def _with_place(line: str, root: Path) -> str:
    """A line of Pelican's on a link, which does not say in which post it is, with the first one."""
    if not (link := _LOST.fullmatch(line)):
        return line
    content = root / "content"
    for path in sorted(content.rglob("*.md")):
        folder = content if link[1].startswith("/") else path.parent
        if (folder / link[1].lstrip("/")).exists():
            continue
        for number, text in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
            if f"}}{link[1]}" in text:
                return f"{path.relative_to(root)}:{number}: there is no {link[1]!r}; mend the link"
    return line


def _cause(trace: str, told: list[str]) -> str:
    """The exception behind the error that Pelican logged, when it did not say which."""
    first, handled, _ = trace.partition("\n\nDuring handling of the above exception")
    if not (handled and told):
        return ""
    cause = first.splitlines()[-1]
    return "" if cause.partition(": ")[2] in told[-1] else cause


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
