"""Who runs the sessions: this machine, or the workers of a Dask cluster.

Source: "Client" and "Worker" of the documentation of Dask.distributed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .config import Config
from .errand import Job, pack, perform, unpack
from .errors import ConfigError
from .model import Post, Recorded, Session, World
from .runners.packages import Packages
from .runners.sandbox import Supplies
from .session import Place, run_session
from .supplies import Supplier

if TYPE_CHECKING:
    from distributed import Client

Steps = Callable[[int], None]
"""Gets the number of steps that are done."""
_PATIENCE = 10


class Crew(Protocol):
    """Runs sessions, as many at once as there is room for."""

    async def prepare(self, post: Post) -> None:
        """Get what the post's world needs. Raises ParseError, with the line, where it cannot."""
        ...

    def room(self, world: World) -> AbstractAsyncContextManager[None]:
        """The place that a session takes while it runs."""
        ...

    async def perform(self, post: Post, session: Session, steps: Steps) -> Recorded:
        """Run a session of a post that was prepared. Raises as run_session does."""
        ...


@contextlib.asynccontextmanager
async def crew(
    config: Config, today: date, tell: Callable[[str], None], scheduler: str = ""
) -> AsyncIterator[Crew]:
    """The cluster at the address of a scheduler, or this machine. Raises ConfigError."""
    if scheduler:
        async with _cluster(scheduler) as client:
            yield Cluster(client, config, today)
    else:
        with contextlib.ExitStack() as held:
            yield Here(Supplier(config, tell, held), today)


class Here:
    """The machine that this runs on, with a session on each core."""

    def __init__(self, supplier: Supplier, today: date) -> None:
        self._supplier = supplier
        self._today = today
        self._count = len(os.sched_getaffinity(0))
        self._cores = asyncio.Semaphore(self._count)
        self._alone = asyncio.Lock()
        self._supplies: dict[str, Supplies] = {}
        self._packages: dict[Path, Packages] = {}

    async def prepare(self, post: Post) -> None:
        """See Crew."""
        self._supplies[post.path] = await self._supplier.supply(post.world, Path(post.path))

    @contextlib.asynccontextmanager
    async def room(self, world: World) -> AsyncIterator[None]:
        """A core; or all of them for a network, which is only as true as nothing else runs."""
        async with contextlib.AsyncExitStack() as taken:
            if world.hosts:
                await taken.enter_async_context(self._alone)
            for _ in range(self._count if world.hosts else 1):
                await taken.enter_async_context(self._cores)
            yield

    async def perform(self, post: Post, session: Session, steps: Steps) -> Recorded:
        """See Crew."""
        supplies = self._supplies[post.path]
        packages = self._packages.setdefault(supplies.root, Packages(supplies.root))
        place = Place(post.world, supplies)
        loading = asyncio.create_task(packages.load())  # beside the session
        try:
            return await run_session(session, place, packages, today=self._today, on_step=steps)
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers of a Dask cluster, each of which has this project at the same path."""

    client: Client
    config: Config
    today: date

    async def prepare(self, post: Post) -> None:
        """Nothing: workers get for themselves what they need."""

    @contextlib.asynccontextmanager
    async def room(self, world: World) -> AsyncIterator[None]:  # noqa: ARG002 — the scheduler knows
        """Room there is always: what cannot run yet waits at the scheduler."""
        yield

    async def perform(self, post: Post, session: Session, steps: Steps) -> Recorded:  # noqa: ARG002 — not told
        """See Crew."""
        job = Job(post=post, session=session, config=self.config, today=self.today)
        name = f"{post.path} {session.name}"
        future = self.client.submit(perform, pack(job), str(Path.cwd()), key=name, pure=False)
        try:
            return unpack(await future)
        finally:
            await future.cancel()


@contextlib.asynccontextmanager
async def _cluster(address: str) -> AsyncIterator[Client]:
    try:
        from distributed import Client
    except ImportError as error:
        raise ConfigError("--scheduler needs Dask; install it: pip install distributed") from error
    try:
        client = await Client(address, asynchronous=True, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"--scheduler {address}: cannot be reached: {str(error) or type(error).__name__};"
            " start one with 'dask scheduler', and workers with 'dask worker ADDRESS --nthreads 1'"
        ) from error
    try:
        yield client
    finally:
        await client.close()
