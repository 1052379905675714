"""The places that a site can be deployed to, each behind the same few questions."""

from __future__ import annotations

import difflib
import hashlib
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from . import gh_pages
from .changes import Changes
from .errors import MisuseError
from .project import Project
from .refusals import ask

DEFAULT = "gh-pages"


class Deployment(Protocol):
    """One place. Each method raises WorkshopError, and then nothing there was changed."""

    @property
    def where(self) -> str:
        """What messages call it, such as ``gh-pages at origin``."""
        ...

    def prepare(self) -> None:
        """Look what is there, and refuse what must not be written to."""
        ...

    def published(self) -> frozenset[str]:
        """The paths of the files that readers have there now."""
        ...

    def contents(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """What some of them hold, which are texts; without those that are not there."""
        ...

    def complete(self, site: Path) -> None:
        """Add to a built site what this place needs besides."""
        ...

    def changes(self, site: Path) -> Changes:
        """What a deploy of the site would do."""
        ...

    @property
    def forces(self) -> frozenset[str]:
        """Names of what it may refuse, and ``--force`` overrides."""
        ...

    def refuse_unready(self) -> None:
        """Refuse what would keep a deploy from beginning now, as far as that can be known."""
        ...

    def deploy(self, site: Path, changes: Changes) -> None:
        """Make what is there the site; readers never see half of it."""
        ...

    def rollback(self, *, dry_run: bool) -> Changes:
        """Publish what was there before the last deploy; with DRY_RUN only say what changes."""
        ...

    def hashes(self) -> Mapping[str, str]:
        """SHA-256 of each file that was deployed, by its path."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def find(
    project: Project, settings: Mapping[str, Any], name: str, force: frozenset[str] = frozenset()
) -> Deployment:
    """What ``PUBLISH_TARGETS`` has under this name; ``gh-pages`` needs no setting.

    FORCE has the names of refusals that shall not count.
    """
    targets = {DEFAULT: {}, **_targets(settings)}
    if name not in targets:
        near = difflib.get_close_matches(name, targets, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(targets))}"
        raise MisuseError(f"publishconf.py: PUBLISH_TARGETS has no {name!r}; {hint}")
    if "protocol" in targets[name]:
        from .servers import Server

        return Server(name, _anchored(project.root, name, targets[name]), force)
    return GhPages(project.root, _branch(project.root, name, targets[name]))


def refuse_unfit(project: Project, settings: Mapping[str, Any]) -> None:
    """Raise MisuseError for a mistake in any target, also in one that is not asked for now."""
    ask(_targets(settings), lambda name: find(project, settings, name))


def _targets(settings: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    targets = settings.get("PUBLISH_TARGETS", {})
    if not isinstance(targets, Mapping):
        raise MisuseError(
            f"publishconf.py: PUBLISH_TARGETS is {targets!r}; write a dict of targets by their"
            " names"
        )
    for name, target in targets.items():
        if not isinstance(name, str):
            raise MisuseError(
                f"publishconf.py: PUBLISH_TARGETS has the name {name!r}; write a text"
            )
        if not isinstance(target, Mapping):
            raise MisuseError(
                f"publishconf.py: PUBLISH_TARGETS[{name!r}] is {target!r}; write a dict of its"
                " settings"
            )
    return dict(targets)


_PLACES_HERE = {"local": "folder", "sftp": "key"}
"""The setting of each protocol that names a place on this machine."""


def _anchored(root: Path, name: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings with the place here as one that does not depend on where the author stands."""
    protocol = settings["protocol"]
    key = _PLACES_HERE.get(protocol, "") if isinstance(protocol, str) else ""
    place = settings.get(key)
    if not (place and isinstance(place, (str, Path))):
        return settings  # it has none, or it is wrong: whoever reads the settings says so
    try:
        return {**settings, key: str((root / Path(place).expanduser()).resolve())}
    except (OSError, RuntimeError, ValueError) as error:
        where = f"publishconf.py: PUBLISH_TARGETS[{name!r}]"
        raise MisuseError(
            f"{where}: {key!r} is {str(place)!r}: {str(error).rstrip('.')}; mend it"
        ) from error


def _branch(root: Path, name: str, settings: Mapping[str, Any]) -> gh_pages.Target:
    where = f"publishconf.py: PUBLISH_TARGETS[{name!r}]"
    for key, value in settings.items():
        if not isinstance(value, str):
            raise MisuseError(f"{where}: {key!r} is {value!r}; write a text")
    try:
        target = gh_pages.Target(**settings)
    except TypeError as error:
        reason = str(error).partition("() ")[2] or str(error)
        raise MisuseError(
            f"{where}: {reason}; a branch has 'remote' and 'branch', a server or directory has a"
            " 'protocol'"
        ) from error
    if (odd := gh_pages.misnamed(root, target)) is not None:
        raise MisuseError(
            f"{where}: {odd!r} is {getattr(target, odd)!r}, which git takes for no name; write one"
            " like 'gh-pages' or 'origin', as git branch and git remote show them"
        )
    return target


class GhPages:
    """A branch of a git remote; see Deployment for what each method promises."""

    def __init__(self, repository: Path, target: gh_pages.Target) -> None:
        self._repository = repository
        self._target = target
        self._base: str | None = None

    @property
    def where(self) -> str:
        return f"{self._target.branch} at {self._target.remote}"

    def prepare(self) -> None:
        self._base = gh_pages.prepare(self._repository, self._target)

    def published(self) -> frozenset[str]:
        return frozenset(gh_pages.listed(self._repository, self._base))

    def contents(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        found = ((path, gh_pages.content(self._repository, self._base, path)) for path in paths)
        return {path: data for path, data in found if data is not None}

    def complete(self, site: Path) -> None:
        gh_pages.complete(self._repository, self._base, site)

    def changes(self, site: Path) -> Changes:
        return gh_pages.changes(self._repository, self._base, site)

    @property
    def forces(self) -> frozenset[str]:
        return frozenset()

    def refuse_unready(self) -> None:
        gh_pages.refuse_nobody(self._repository)

    def deploy(self, site: Path, changes: Changes) -> None:
        message = f"Publish: {changes}"
        gh_pages.deploy(self._repository, self._target, self._base, site, message)

    def rollback(self, *, dry_run: bool) -> Changes:
        return gh_pages.rollback(self._repository, self._target, self._base, dry_run=dry_run)

    def hashes(self) -> Mapping[str, str]:
        if self._base is None:
            return {}
        with tempfile.NamedTemporaryFile() as tar:
            gh_pages.archive(self._repository, self._base, Path(tar.name))
            with tarfile.open(tar.name) as files:
                found = ((member.name, files.extractfile(member)) for member in files)
                return {
                    name: hashlib.sha256(file.read()).hexdigest() for name, file in found if file
                }

    def close(self) -> None:
        pass
