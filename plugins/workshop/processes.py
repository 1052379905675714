"""Starts programs: every process that a task begins is begun here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import ToldInterrupt

INTERRUPTED = 130
"""How a program ends that was interrupted, and has said so."""
OVERDUE = 124
"""How a program ends that was given a time, and did not keep it, as `timeout` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A process that has ended, with what it printed."""

    status: int
    out: str
    err: str


def run(argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> int:
    """Run a program on this terminal, and return its exit status.

    When the author interrupts it, it is given the time to tidy up; then KeyboardInterrupt goes on,
    as ToldInterrupt if the program has told the author.
    """
    out = None
    if sys.stdout is None:  # it was closed, and by now its number may be that of another file
        out = subprocess.DEVNULL
    else:
        sys.stdout.flush()
    with subprocess.Popen(argv, cwd=cwd, env=_environment(env), stdout=out) as process:
        try:
            process.wait()
        except KeyboardInterrupt:
            _end(process)
            if process.returncode != INTERRUPTED:
                raise
    if process.returncode == INTERRUPTED:
        raise ToldInterrupt
    return _shell_status(process.returncode)


def capture(
    argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None
) -> Finished:
    """Run a program without input, and return its exit status and what it printed."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return Finished(status=_shell_status(done.returncode), out=done.stdout, err=done.stderr)


def wait(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    second: Callable[[int], None],
    limit: int | None = None,
) -> Finished:
    """Do as `capture`, and call SECOND each second with the number of those that have passed.

    A program that has not ended after LIMIT seconds is ended.
    """
    started = time.monotonic()
    with subprocess.Popen(
        argv,
        cwd=cwd,
        env=_environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    out, err = process.communicate(timeout=1)
                    return Finished(status=_shell_status(process.returncode), out=out, err=err)
                passed = int(time.monotonic() - started)
                if limit is not None and passed >= limit:
                    process.kill()
                    return Finished(status=OVERDUE, out="", err=f"no answer within {limit} s")
                second(passed)
        except BaseException:
            process.kill()
            raise


def follow(argv: Sequence[str | Path], *, cwd: Path, line: Callable[[str], None]) -> Finished:
    """Run a program without input, hand on each line as it prints it, and return them all.

    What it complains of is among the rest, at its place.
    """
    said: list[str] = []
    with subprocess.Popen(
        argv,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for text in process.stdout or ():
            said.append(text)
            line(text.rstrip("\n"))
    return Finished(status=_shell_status(process.returncode), out="".join(said), err="")


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(more or {})}


def _shell_status(returncode: int) -> int:
    return returncode if returncode >= 0 else 128 - returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that the terminal has told as well; tell it again if it has not heard."""
    for number in (None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(timeout=3)
            return
