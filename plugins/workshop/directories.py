"""Directories that change as a whole: made aside, put in place in one step, locked meanwhile."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import WorkshopError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
"""From ``linux/fs.h``."""


@contextmanager
def locked(
    path: Path, waiting: str = "build: waiting for another build of this site"
) -> Iterator[None]:
    """Hold the lock PATH; say so when another process has it, and wait. A killed one frees it."""
    with _opened(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, file=sys.stderr, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}; run this as its owner, or delete it"
        raise WorkshopError(message) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """A new directory in PARENT, deleted at the end; leftovers of killed builds go as well."""
    removed(parent)
    try:
        parent.mkdir(parents=True)
        directory = Path(tempfile.mkdtemp(dir=parent))
        directory.chmod(0o755)  # mkdtemp makes it private, and it is to be served
    except OSError as error:
        raise _refused("make", parent, error) from error
    try:
        yield directory
    except BaseException:
        with suppress(WorkshopError):  # what has gone wrong first is what is told
            removed(parent)
        raise
    removed(parent)


def linked(directory: Path) -> Path:
    """A copy of a directory beside it, by hard links where there are such: add, but change none."""
    try:
        copy = Path(tempfile.mkdtemp(dir=directory.parent))
        shutil.copytree(directory, copy, copy_function=_link, dirs_exist_ok=True)
    except OSError as error:
        raise _refused("copy", directory, error) from error
    return copy


def _link(source: str, target: str) -> None:
    try:
        os.link(Path(source).resolve(), target)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)


def exchange(new: Path, old: Path) -> None:
    """Put the directory NEW in the place of OLD, and OLD in the place of NEW, in one step.

    Who reads meanwhile sees the one or the other. Where the file system cannot exchange names,
    OLD is away for the moment between two renames.
    """
    if not old.exists():
        new.rename(old)
    elif not _exchanged(new, old):
        aside = new.with_name(f"{new.name}.old")
        old.rename(aside)
        new.rename(old)


def _exchanged(new: Path, old: Path) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    names = os.fsencode(new), os.fsencode(old)
    return not libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)


def removed(path: Path) -> bool:
    """Delete a directory if there is one, and tell whether there was."""
    try:
        if not path.exists():
            return False
        shutil.rmtree(path)
    except FileNotFoundError:  # somebody else deletes it, too
        pass
    except OSError as error:
        raise _refused("delete", path, error) from error
    return True


def _refused(what: str, path: Path, error: OSError) -> WorkshopError:
    remedy = "see that there is space, and that it is yours"
    if error.errno == errno.EBUSY:
        remedy = f"unmount what is mounted there: findmnt | grep {path}"
    elif what == "delete":
        remedy = f"its owner can, or root: sudo rm -r {path}"
    return WorkshopError(f"cannot {what} {path}: {error.strerror or error}; {remedy}")
