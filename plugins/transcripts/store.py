"""Finds posts, and reads and writes them and their recordings; nothing is ever half-written."""

from __future__ import annotations

import codecs
import contextlib
import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from .errors import ParseError, TranscriptError
from .model import Location, Recording
from .record import parse_recording, print_recording

SUFFIXES = (".md", ".markdown", ".mkd", ".mdown")
_MOST_RECORDED = 64 << 20
"""Bytes of a recording: no reviewer reads more, and a page would hold them several times."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the parts of one post lie."""

    post: Path

    @property
    def recording(self) -> Path:
        """The accepted recording."""
        return self.post.with_suffix(".recording")

    @property
    def pending(self) -> Path:
        """The recording that waits to be accepted."""
        return self.post.with_suffix(".recording.new")


def find_posts(content: Path) -> tuple[Path, ...]:
    """All posts and pages below a directory, in the order of their paths.

    Raises TranscriptError where there is no such directory, or where two posts would share
    one recording.
    """
    if not content.is_dir():
        raise TranscriptError(f"{content}: no such directory; name the posts' directory in PATH")
    posts = tuple(
        path
        for path in sorted(content.rglob("*"))
        if path.suffix in SUFFIXES and path.is_file() and not path.name.startswith(".")
    )
    for one, other in pairwise(posts):
        if Files(one).recording == Files(other).recording:
            raise TranscriptError(f"{other}: has one recording with {one.name}; rename one of them")
    return posts


def orphans(content: Path, posts: Iterable[Path]) -> Iterator[Path]:
    """The recordings below a directory whose posts are gone, in the order of their paths."""
    owned = {path for post in posts for path in (Files(post).recording, Files(post).pending)}
    for path in sorted(content.rglob("*.recording*")):
        is_ours = path.name.endswith((".recording", ".recording.new"))
        if is_ours and path not in owned and path.is_file() and not path.name.startswith("."):
            yield path


def read_post(path: Path) -> str:
    """The text of a post. Raises ParseError where it is not UTF-8, or cannot be read."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ParseError(
            f"not UTF-8: byte 0x{data[error.start]:02x}; save the file as UTF-8",
            Location(path=str(path), line=line),
        ) from error
    except OSError as error:
        raise ParseError(f"{path}: cannot be read: {_reason(error)}") from error


def write_post(path: Path, text: str) -> bool:
    """Replace a post; see write_text. A byte order mark that it begins with stays."""
    mark = "\ufeff" if path.read_bytes().startswith(codecs.BOM_UTF8) else ""
    return write_text(path, mark + text)


def read_recording(path: Path) -> Recording | None:
    """A recording, or None where there is none.

    Raises RecordingError where it is broken, TranscriptError where it is no file to read.
    """
    try:
        text = _read_regular(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read: {_reason(error)}") from error
    return parse_recording(text, str(path))


def _read_regular(path: Path) -> bytes:
    # Without O_NONBLOCK, to open a FIFO waits for one who writes.
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, fd)
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise TranscriptError(f"{path}: is no regular file; move it away, then run again")
        if found.st_size > _MOST_RECORDED:
            raise TranscriptError(
                f"{path}: has more than {_MOST_RECORDED >> 20} MiB;"
                " delete it, let its commands print less, and run 'invoke build'"
            )
        with os.fdopen(fd, "rb", closefd=False) as file:
            return file.read(_MOST_RECORDED)


def write_recording(path: Path, recording: Recording | None) -> bool:
    """Make the file say just this, and return whether that changed it; None removes it."""
    if recording is None:
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed
    return write_text(path, print_recording(recording))


def write_text(path: Path, text: str) -> bool:
    """Replace a file as a whole, keeping its mode; a reader sees the old text or the new one.

    Returns whether it changed. Raises TranscriptError where the disk is full, say; the old
    file is then as it was.
    """
    data = text.encode("utf-8", "surrogateescape")
    try:
        if path.exists() and path.read_bytes() == data:
            return False
        _replace(path, data)
    except OSError as error:
        remedy = "free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "mend that"
        raise TranscriptError(
            f"{path}: cannot be written: {_reason(error)}; {remedy} and run the command again"
        ) from error
    return True


def _replace(path: Path, data: bytes) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    fd, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            os.fchmod(fd, mode)
            file.flush()
            os.fsync(fd)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


@contextlib.contextmanager
def only_one_run(content: Path) -> Iterator[None]:
    """Hold the posts against a second run. Raises TranscriptError where there is one already."""
    fd = os.open(content, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TranscriptError(
                f"{content}: another run is recording here; wait for its end, then run again"
            ) from error
        yield
    finally:
        os.close(fd)
