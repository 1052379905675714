"""Starts the package managers' own clients, and waits for them; never with a thread."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..death import death


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a client ended, and what it said."""

    status: int
    out: str
    err: str

    def last(self, *beginnings: str) -> str:
        """The last line of its errors with one of the beginnings, which is taken off."""
        for line in reversed(self.err.splitlines()):
            for beginning in beginnings:
                if line.startswith(beginning):
                    return line.removeprefix(beginning).strip()
        return f"it ended with status {self.status}"


async def ask(
    words: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Answer:
    """What a client answers; its environment is ours, in English, and what ``env`` says.

    It has no terminal, so it asks nothing. With the task that waits, its processes end.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
            start_new_session=True,
        )
        try:
            await death(process.pid)
        finally:
            # Not yet waited for, the process keeps its group's number from others.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
        return Answer(status=status, out=_text(out.fileno()), err=_text(err.fileno()))


def _text(fd: int) -> str:
    os.lseek(fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(fd), "rb") as file:
        return file.read().decode("utf-8", "replace")
