"""Publishes a build to a target, or goes back to the one before: the stages, in their order.

The live site is as it was until everything is sent. Then files take their places by renames; a cut
there is mended by the next call, whatever it is to publish.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from . import area, lock, staging, swap
from .errors import DeployError, ManifestError, NoPreviousError
from .manifest import NOTHING, Manifest
from .names import AREA
from .options import Force, Options
from .plan import plan
from .survey import Survey, confirm, read_lists, refuse_sources, survey
from .transport import Transport
from .tree import scan

RELISTED = "the list of its files written anew"


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

    relisted: bool = False
    """Whether no file had to change, and the list of them is written anew."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.deleted or self.relisted)

    def __str__(self) -> str:
        kinds = {"added": self.added, "changed": self.changed, "deleted": self.deleted}
        said = [f"{len(paths)} {kind}" for kind, paths in kinds.items() if paths]
        return ", ".join([*said, *[RELISTED] * self.relisted]) or "nothing to do"


async def publish(transport: Transport, site: Path, options: Options) -> Report:
    """Make the target hold the directory SITE; with `dry_run` only say what would change."""
    here = scan(site)
    first = await survey(transport, here, options)
    if options.dry_run or not (first.plan or first.interrupted or first.relists):
        return _report(first)
    async with _locked(transport, options):
        if first.interrupted:
            await _settle(transport, options)
        found = await confirm(transport, here, first, options)
        await area.make(transport)
        before = await area.read_previous(transport)
        await staging.clear(transport, found.plan, plan(before, found.there))
        sent = await staging.send(transport, site, found.plan, options)
        await _exchange(transport, here, found, options)
    report = _report(found, resumed=first.interrupted)
    return replace(report, sent_files=len(sent), sent_bytes=sum(step.size for step in sent))


async def rollback(transport: Transport, options: Options) -> Report:
    """Make the target hold the build that it held before, and remember the one it holds now."""
    await refuse_sources(transport)
    before = await _goal(transport, options)
    if options.dry_run:
        found = await survey(transport, before, options)
        if not found.interrupted:
            await staging.refuse_lost(transport, found.plan)
        return _report(found)
    async with _locked(transport, options):
        resumed = await _settle(transport, options)
        here = await _previous(transport)
        found = await survey(transport, here, options)
        await staging.take_back(transport, found.plan)
        await _exchange(transport, here, found, options)
    return _report(found, resumed=resumed)


async def refuse_locked(transport: Transport, options: Options) -> None:
    """Raise if another publish is at work now."""
    forced = Force.LOCK in options.force
    await lock.refuse_held(transport, options.me, dead=options.dead, force=forced)


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
    there, pending = await read_lists(transport, options)
    if pending is None:
        if Force.MANIFEST in options.force:  # what cannot be read would be refused for ever
            await transport.remove(area.NEXT)
        return False
    await swap.finish(transport, there or NOTHING, pending, options)
    return True


async def _exchange(transport: Transport, here: Manifest, found: Survey, options: Options) -> None:
    if found.relists:
        await swap.relist(transport, found.there, options)
    if not found.plan:
        return
    await staging.keep(transport, found.plan, options)
    if found.there != (found.told or NOTHING):
        await area.write_manifests(transport, {area.MANIFEST: found.there})
    await swap.begin(transport, here, found.plan, options)
    staged = frozenset(step.slot for step in found.plan.swaps)
    await swap.carry_out(transport, found.there, here, options, staged=staged)


async def _goal(transport: Transport, options: Options) -> Manifest:
    """What a rollback leads to: where a publish was cut, to what that has begun to replace."""
    there, pending = await read_lists(transport, options)
    if pending and there and there.files and not pending.holds_same(there):
        return there
    return await _previous(transport)


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


def _report(found: Survey, *, resumed: bool = False) -> Report:
    return Report(
        added=found.plan.added,
        changed=found.plan.changed,
        deleted=found.plan.deleted,
        resumed=resumed or found.interrupted,
        relisted=found.relists,
    )
