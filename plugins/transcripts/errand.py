"""Runs a session for somebody else: a job comes as bytes, and what it printed goes back as bytes.

A worker of a cluster has threads, which no runner survives; so each job gets a process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .config import Config
from .errors import SandboxError, TranscriptError
from .model import Post, Recorded, Session
from .runners.packages import Packages
from .runners.sandbox import Refused
from .session import Place, run_session
from .supplies import Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A session of a post, and the settings under which it runs."""

    post: Post
    session: Session
    config: Config
    today: date


def pack(job: Job) -> bytes:
    """The job as bytes."""
    return pickle.dumps(job)


def unpack(result: bytes) -> Recorded:
    """What a job printed. Raises what kept it from its end."""
    value = pickle.loads(result)  # noqa: S301 — of a worker that the author has started
    if isinstance(value, Exception):
        raise value
    if not isinstance(value, Recorded):
        raise SandboxError(f"a worker answered {type(value).__name__}; has it this version?")
    return value


def perform(job: bytes, project: str) -> bytes:
    """Run a job on this machine, in a process of its own that begins in the project's directory."""
    package = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    command = [sys.executable, "-m", f"{package.name}.errand"]
    done = subprocess.run(
        command, input=job, capture_output=True, cwd=project, env=environment, check=False
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        return pickle.dumps(SandboxError(f"a worker could not run the session: {said[-1]}"))
    return done.stdout


async def _run(job: Job) -> Recorded:
    with contextlib.ExitStack() as held:
        supplier = Supplier(job.config, lambda _: None, held)
        supplies = await supplier.supply(job.post.world, Path(job.post.path))
        place, packages = Place(job.post.world, supplies), Packages(supplies.root)
        return await run_session(job.session, place, packages, today=job.today)


def _main() -> None:
    job: Job = pickle.load(sys.stdin.buffer)  # noqa: S301 — of the author who runs this
    try:
        result: object = asyncio.run(_run(job))
    except (TranscriptError, Refused, OSError) as error:
        result = error
    sys.stdout.buffer.write(pickle.dumps(result))


if __name__ == "__main__":
    _main()
