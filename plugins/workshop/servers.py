"""Servers and directories as places to deploy to; see Deployment for what each method promises."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy import (
    Answers,
    DeployError,
    Force,
    Front,
    Options,
    Remote,
    Report,
    has_ended,
    me,
    read_target,
)
from deploy import Progress as Stage
from deploy import setup as introduce

from .changes import Changes
from .errors import MisuseError, ToldInterrupt, WorkshopError
from .progress import Progress

FORCES = frozenset(force.value for force in Force)
"""Names of what a server refuses, and ``--force`` overrides."""
_UNSEEN = ("send", "keep")
"""Stages that leave alone what readers get; files take their places in turn only after them."""


class Server:
    """A folder on a server, or on this machine."""

    def __init__(self, name: str, settings: Mapping[str, Any], force: frozenset[str]) -> None:
        with _told("publishconf.py: PUBLISH_TARGETS: "):
            self._target = read_target(name, settings)
        self._force = frozenset(Force(word) for word in force & FORCES)
        self._adopt = "adopt" in force
        self._remote: Remote | None = None

    @property
    def where(self) -> str:
        return self._target.address

    def prepare(self) -> None:
        with _told():
            self._remote = Remote(self._target, Front(ask=_asked, tell=_tell))
            self._manifest = self._remote.manifest(forced=Force.MANIFEST in self._force)

    def published(self) -> frozenset[str]:
        return frozenset(self._manifest.files)

    def contents(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        with _told():
            return self._connected.contents(paths)

    def complete(self, site: Path) -> None:
        pass

    def changes(self, site: Path) -> Changes:
        with _told():
            return _changes(self._connected.publish(site, self._options(dry_run=True)))

    @property
    def forces(self) -> frozenset[str]:
        return FORCES | {"adopt"}

    def refuse_unready(self) -> None:
        with _told():
            self._connected.refuse_locked(self._options())

    def deploy(self, site: Path, changes: Changes) -> None:  # noqa: ARG002 — the server is looked at anew
        with _told(), _watched(self.where) as stages:
            self._connected.publish(site, self._options(stages=stages))

    def rollback(self, *, dry_run: bool) -> Changes:
        if dry_run:
            with _told():
                return _changes(self._connected.rollback(self._options(dry_run=True)))
        with _told(), _watched(self.where) as stages:
            return _changes(self._connected.rollback(self._options(stages=stages)))

    def hashes(self) -> Mapping[str, str]:
        return {path: file.sha256 for path, file in self._manifest.files.items()}

    def close(self) -> None:
        if self._remote:
            self._remote.close()

    @property
    def _connected(self) -> Remote:
        if self._remote is None:
            raise WorkshopError(f"{self.where} is not connected")
        return self._remote

    def _options(self, *, dry_run: bool = False, stages: _Stages | None = None) -> Options:
        show = stages.show if stages else _Stages().show
        return Options(
            me=me(),
            force=self._force,
            adopt=self._adopt,
            dry_run=dry_run,
            progress=show,
            dead=has_ended,
        )


class _Stages:
    """How far a publish has come: on the terminal if there is a line for it, and to be asked."""

    def __init__(self, line: Progress | None = None) -> None:
        self._line = line
        self._last: Stage | None = None

    def show(self, stage: Stage) -> None:
        """Take note of the stage."""
        self._last = stage
        if self._line:
            self._line.show(_shown(stage))

    @property
    def visible(self) -> bool:
        """Whether readers may see what was done: while files are sent or kept, they cannot."""
        last = self._last
        return last is None or last.stage not in _UNSEEN or last.files == last.of_files


def setup(name: str) -> int:
    """Get to know a server with the author, and print what to put into the settings."""
    with _told():
        print(introduce(name, Answers(ask=_answer, secret=_asked, tell=_tell)))
    return 0


def _shown(stage: Stage) -> str:
    sizes = f", {stage.bytes / 1e6:.1f}/{stage.of_bytes / 1e6:.1f} MB" if stage.of_bytes else ""
    return f"{stage.stage}: {stage.files}/{stage.of_files} files{sizes}"


def _changes(report: Report) -> Changes:
    return Changes(
        added=report.added,
        changed=report.changed,
        deleted=report.deleted,
        resumed=report.resumed,
        relisted=report.relisted,
    )


def _asked(question: str) -> str | None:
    return getpass.getpass(question) if sys.stdin.isatty() else None


def _answer(question: str, usual: str) -> str:
    return input(f"{question} [{usual}]: " if usual else f"{question}: ") or usual


def _tell(text: str) -> None:
    print(f"publish: {text}", file=sys.stderr, flush=True)


@contextmanager
def _watched(where: str) -> Iterator[_Stages]:
    """Shows the stages; tells an author who interrupts what that may have left."""
    with Progress("publish") as line:
        stages = _Stages(line)
        try:
            yield stages
        except KeyboardInterrupt:
            line.clear()
            seen = "may see both builds" if stages.visible else "see what they saw before"
            _tell(f"interrupted; readers of {where} {seen}; publish again to complete it")
            raise ToldInterrupt from None


@contextmanager
def _told(prefix: str = "") -> Iterator[None]:
    """Complaints of the engine as complaints of the task."""
    try:
        yield
    except DeployError as error:
        kind = MisuseError if error.status == MisuseError.status else WorkshopError
        raise kind(f"{prefix}{error}") from error
    except EOFError as error:
        raise MisuseError("there is nobody to ask; run this on a terminal") from error
