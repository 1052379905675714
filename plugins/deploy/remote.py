"""A target that stays connected, for those who look before they publish."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from . import area, publishing
from .connect import connected
from .errors import ManifestError, MissingError, SourcesError
from .loop import Loop
from .manifest import NOTHING, Manifest
from .options import Options
from .passwords import Ask
from .publishing import Report
from .survey import with_remedy
from .targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """How to speak with the person who publishes."""

    ask: Ask
    tell: Callable[[str], None]


class Remote:
    """A connection to a target, and what can be done there. Methods raise DeployError."""

    def __init__(self, target: Target, front: Front) -> None:
        self._target = target
        self._loop = Loop()
        self._open = AsyncExitStack()
        try:
            connection = connected(target, self._loop.interruptible(front.ask), front.tell)
            self._transport = self._loop.run(self._open.enter_async_context(connection))
        except BaseException:
            self._loop.close()
            raise

    def manifest(self, *, forced: bool = False) -> Manifest:
        """What is published; when FORCED, nothing where the list of that cannot be read."""
        try:
            found = self._loop.run(area.read_manifest(self._transport, area.MANIFEST))
        except ManifestError as error:
            if forced:
                return NOTHING
            raise with_remedy(error) from error
        return found or NOTHING

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """What these files hold; those that are not there are left out."""
        return self._loop.run(self._contents(list(paths)))

    def publish(self, site: Path, options: Options) -> Report:
        """Make the target hold the directory SITE; with `dry_run` only say what would change."""
        _refuse_overlap(site, self._target)
        return self._loop.run(publishing.publish(self._transport, site, options))

    def rollback(self, options: Options) -> Report:
        """Make the target hold the build that it held before."""
        return self._loop.run(publishing.rollback(self._transport, options))

    def refuse_locked(self, options: Options) -> None:
        """Raise if another publish is at work now."""
        self._loop.run(publishing.refuse_locked(self._transport, options))

    def close(self) -> None:
        """End the connection."""
        try:
            self._loop.run(self._open.aclose())
        finally:
            self._loop.close()

    async def _contents(self, paths: list[str]) -> dict[str, bytes]:
        async def read(path: str) -> bytes | None:
            try:
                return await self._transport.read(path)
            except MissingError:
                return None

        found = await asyncio.gather(*(read(path) for path in paths))
        return {path: data for path, data in zip(paths, found, strict=True) if data is not None}


def _refuse_overlap(site: Path, target: Target) -> None:
    """A build must not be published into itself, nor around itself."""
    if target.protocol != "local":
        return
    here, there = site.resolve(), Path(target.folder).resolve()
    if here == there or here in there.parents or there in here.parents:
        raise SourcesError(f"{there} and the build {here} are in each other; name another folder")
