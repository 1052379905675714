"""Builds the site for the web, checks it, and deploys it. ``output/`` is not touched."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import engine, gh_pages
from .errors import MisuseError, WorkshopError
from .gh_pages import Changes, Target
from .project import Project
from .site import NEVER_RUN, fresh

SETTINGS = "publishconf.py"
_FOR_READERS = {
    "WITH_FUTURE_DATES": False,
    "DRAFT_SAVE_AS": "",
    "DRAFT_LANG_SAVE_AS": "",
    "DRAFT_PAGE_SAVE_AS": "",
    "DRAFT_PAGE_LANG_SAVE_AS": "",
    "LOAD_CONTENT_CACHE": False,
    "TRANSCRIPTS_STRICT": True,
}
"""Drafts are not written, a post of the future is a draft until its day, problems stop the build.

What Pelican merely warns of is found again, with its page, by the check of links.
"""


def publish(project: Project, *, to: str = "gh-pages", dry_run: bool = False) -> int:
    """Build, check and deploy to the target named TO; with DRY_RUN only list what would change."""
    settings = project.settings(SETTINGS)
    target, address = find_target(settings, to), _address(settings)
    base = gh_pages.prepare(project.root, target)
    _refuse_unverified(project)
    with fresh(project, SETTINGS, NEVER_RUN | _FOR_READERS) as (site, _, summary):
        print(f"publish: built {summary}", flush=True)
        _refuse_broken(site, address)
        gh_pages.complete(project.root, base, site)
        changes = gh_pages.changes(project.root, base, site)
        if changes and not dry_run:
            gh_pages.deploy(project.root, target, base, site, f"Publish: {changes}")
    _report(changes, target, dry_run=dry_run)
    return 0


def find_target(settings: Mapping[str, Any], name: str) -> Target:
    """The target of ``PUBLISH_TARGETS`` with this name; ``gh-pages`` needs no setting."""
    targets = {"gh-pages": {}, **settings.get("PUBLISH_TARGETS", {})}
    if name not in targets:
        near = difflib.get_close_matches(name, targets, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(targets))}"
        raise MisuseError(f"{SETTINGS}: PUBLISH_TARGETS has no {name!r}; {hint}")
    try:
        return gh_pages.Target(**targets[name])
    except TypeError as error:
        reason = str(error).partition("() ")[2] or str(error)
        raise MisuseError(
            f"{SETTINGS}: PUBLISH_TARGETS[{name!r}]: {reason}; it may have 'remote' and 'branch'"
        ) from error


def _address(settings: Mapping[str, Any]) -> str:
    address = str(settings.get("SITEURL", ""))
    if not address.startswith(("https://", "http://")):
        raise MisuseError(f"{SETTINGS}: SITEURL is {address!r}; say where the site will be")
    return address


def _refuse_unverified(project: Project) -> None:
    status = engine.call(project, "verify")
    if status == engine.DRIFT:
        raise WorkshopError(
            "not every example holds (see above), so nothing was published;"
            " run ./invoke build, look at the differences, then ./invoke accept"
        )
    if status != engine.CLEAN:
        raise WorkshopError(f"the engine ended with status {status}, so nothing was published")


def _refuse_broken(site: Path, address: str) -> None:
    from .links import problems

    found = problems(site, address)
    for line in found:
        print(f"publish: {line}", file=sys.stderr)
    if found:
        what = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        raise WorkshopError(f"{what} in the site (see above), so nothing was published; mend that")


def _report(changes: Changes, target: Target, *, dry_run: bool) -> None:
    where = f"{target.branch} at {target.remote}"
    if not changes:
        print(f"publish: nothing to do: {where} holds this site already")
        return
    if not dry_run:
        print(f"publish: {where} now holds this site: {changes}")
        return
    marks = {"+": changes.added, "~": changes.changed, "-": changes.deleted}
    for mark, paths in marks.items():
        for path in paths:
            print(f"{mark} {path}")
    print(f"publish: {where} would change: {changes} (dry run: nothing was deployed)")
