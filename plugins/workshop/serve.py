"""A live preview: builds at each edit, and tells the browser when there is something new to see.

An edit is a difference between the files as they were built and as they are now. So what a build
writes itself, such as recordings, starts no other build, and an edit during one is never missed.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from . import engine, site, system
from .errors import MisuseError, WorkshopError
from .preview_server import Versions, start
from .project import Project

State = Mapping[Path, tuple[int, int, int]]

_SETTINGS = ("pelicanconf.py",)
_UNRECORDED = "; record it with 'invoke build'"
_RECORDINGS = (".recording", ".recording.new")


def serve(project: Project, port: int) -> int:
    """Build and serve until the author interrupts it."""
    system.ensure(project)
    versions, woken = Versions(), threading.Event()
    server, address = start(project.output, port, versions)
    print(f"serve: {address} (end with Ctrl-C)", flush=True)
    watchers = _watchers(project, woken)
    try:
        _build_at_each_edit(project, versions, woken)
    except KeyboardInterrupt:
        print("\nserve: ended", flush=True)
    finally:
        watchers.set()
        server.shutdown()
        server.server_close()
    return 0


def port_number(text: str) -> int:
    """A port as the author types it. Raises MisuseError for anything else."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise MisuseError(f"--port {text}; give a number from 1 to 65535")
    return int(text)


def state(project: Project) -> State:
    """What an edit would change: time, size and inode of each file that a build reads."""
    files = (project.root / name for name in _SETTINGS)
    trees = (project.content, project.theme, project.plugins)
    found = {}
    for path in (*files, *(path for tree in trees for path in _files(tree))):
        try:
            about = path.stat()
        except FileNotFoundError:  # an editor's temporary file
            continue
        found[path] = (about.st_mtime_ns, about.st_size, about.st_ino)
    return found


def _files(tree: Path) -> Iterator[Path]:
    """The files of a directory but those of editors and of Python."""
    for directory, directories, names in os.walk(tree):
        directories[:] = [name for name in directories if not _passing(name)]
        for name in names:
            if not _passing(name):
                yield Path(directory, name)


def _passing(name: str) -> bool:
    return name.startswith((".", "#", "__pycache__")) or name.endswith(("~", ".swp", ".tmp"))


def _build_at_each_edit(project: Project, versions: Versions, woken: threading.Event) -> None:
    built: State = {}
    while True:
        woken.clear()
        now = state(project)
        if now != built:
            built = _rebuild(project, built, now, versions)
        else:
            woken.wait()


def _rebuild(project: Project, built: State, now: State, versions: Versions) -> State:
    """Build what changed from BUILT to NOW, and return the state that this made."""
    started = time.monotonic()
    known: frozenset[str] = frozenset()
    if _may_concern_sessions(project, built, now):
        if engine.call(project, "run") == engine.DRIFT:
            known = engine.problems(project)
        now = {**now, **_recordings(project)}

    def need_not_be_told(line: str) -> bool:
        # What was edited in the meantime is run by the next build, which follows at once.
        return line in known or (line.endswith(_UNRECORDED) and state(project) != now)

    try:
        summary = site.replace_output(project, need_not_be_told)
    except WorkshopError as error:
        print(f"serve: {error}", file=sys.stderr, flush=True)
    else:
        versions.advance()
        took = time.monotonic() - started
        print(f"serve: {time.strftime('%H:%M:%S')} {summary} in {took:.1f} s", flush=True)
    return now


def _may_concern_sessions(project: Project, built: State, now: State) -> bool:
    changed = {path for path, _ in set(built.items()) ^ set(now.items())}
    return any(not path.is_relative_to(project.theme) for path in changed)


def _recordings(project: Project) -> State:
    found = state(project)
    return {path: found[path] for path in found if path.name.endswith(_RECORDINGS)}


def _watchers(project: Project, woken: threading.Event) -> threading.Event:
    """Wake the builder when something may have changed, until the event returned is set."""
    stop = threading.Event()
    trees = [path for path in (project.content, project.theme, project.plugins) if path.is_dir()]
    for paths, deep in ((trees, True), ([project.root], False)):
        arguments = (paths, deep, woken, stop)
        threading.Thread(target=_watch, args=arguments, daemon=True).start()
    return stop


def _watch(paths: list[Path], deep: bool, woken: threading.Event, stop: threading.Event) -> None:
    from watchfiles import watch

    for _ in watch(*paths, recursive=deep, stop_event=stop, debounce=200, step=50):
        woken.set()
