"""Publishes a build to a target, or goes back to the one before: the stages, in their order.

The live site is as it was until everything is sent. Then files take their places by renames; a cut
there is mended by the next call, whatever it is to publish.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import area, lock, staging, swap
from .errors import DeployError, ManifestError, NoPreviousError
from .manifest import NOTHING, Manifest
from .names import AREA
from .options import Force, Options
from .plan import Plan, plan
from .survey import Survey, confirm, refuse_sources, survey
from .transport import Transport
from .tree import scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done, or would be done."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    sent_files: int = 0
    sent_bytes: int = 0

    resumed: bool = False
    """Whether a publish that was cut had to be completed first."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.deleted)

    def __str__(self) -> str:
        kinds = {"added": self.added, "changed": self.changed, "deleted": self.deleted}
        told = ", ".join(f"{len(paths)} {kind}" for kind, paths in kinds.items() if paths)
        return told or "nothing to do"


async def publish(transport: Transport, site: Path, options: Options) -> Report:
    """Make the target hold the directory SITE; with `dry_run` only say what would change."""
    here = scan(site)
    first = await survey(transport, here, options)
    if options.dry_run or not (first.plan or first.interrupted):
        return _report(first.plan, resumed=first.interrupted)
    async with _locked(transport, options):
        if first.interrupted:
            await _settle(transport, options)
        found = await confirm(transport, here, first, options)
        await area.make(transport)
        before = await area.read_previous(transport)
        await staging.clear(transport, found.plan, plan(before, found.there))
        sent = await staging.send(transport, site, found.plan, options)
        await _exchange(transport, here, found, options)
    return _report(
        found.plan,
        resumed=first.interrupted,
        sent_files=len(sent),
        sent_bytes=sum(step.size for step in sent),
    )


async def rollback(transport: Transport, options: Options) -> Report:
    """Make the target hold the build that it held before, and remember the one it holds now."""
    await refuse_sources(transport)
    if options.dry_run:
        found = await survey(transport, await _previous(transport), options)
        return _report(found.plan, resumed=found.interrupted)
    await _previous(transport)
    async with _locked(transport, options):
        resumed = await _settle(transport, options)
        here = await _previous(transport)
        found = await survey(transport, here, options)
        await staging.take_back(transport, found.plan)
        await _exchange(transport, here, found, options)
    return _report(found.plan, resumed=resumed)


@asynccontextmanager
async def _locked(transport: Transport, options: Options) -> AsyncIterator[None]:
    await transport.make_folder(AREA)
    await lock.acquire(transport, options.me, dead=options.dead, force=Force.LOCK in options.force)
    try:
        await lock.tidy(transport)
        yield
    except BaseException:
        with suppress(DeployError):  # what has gone wrong first is what is told
            await lock.release(transport, options.me)
        raise
    await lock.release(transport, options.me)


async def _settle(transport: Transport, options: Options) -> bool:
    """Complete a publish that was cut; tell whether there was one."""
    if Force.MANIFEST in options.force:
        await transport.remove(area.NEXT)
    pending = await area.read_manifest(transport, area.NEXT)
    if pending is None:
        return False
    there = await area.read_manifest(transport, area.MANIFEST) or NOTHING
    await swap.finish(transport, there, pending, options)
    return True


async def _exchange(transport: Transport, here: Manifest, found: Survey, options: Options) -> None:
    if not found.plan:
        return
    await staging.keep(transport, found.plan, options)
    if found.there != (found.told or NOTHING):
        await area.write_manifests(transport, {area.MANIFEST: found.there})
    await swap.begin(transport, here, found.plan, options)
    staged = frozenset(step.slot for step in found.plan.swaps)
    await swap.carry_out(transport, found.there, here, options, staged=staged)


async def _previous(transport: Transport) -> Manifest:
    try:
        previous = await area.read_manifest(transport, area.PREVIOUS)
    except ManifestError as error:
        raise NoPreviousError(
            f"{error}, so there is nothing readable to roll back to; publish the older sources"
            " instead"
        ) from error
    if not previous or not previous.files:
        raise NoPreviousError("no build was published here before this one; nothing was changed")
    return previous


def _report(plan: Plan, *, resumed: bool, sent_files: int = 0, sent_bytes: int = 0) -> Report:
    return Report(
        added=plan.added,
        changed=plan.changed,
        deleted=plan.deleted,
        sent_files=sent_files,
        sent_bytes=sent_bytes,
        resumed=resumed,
    )
