"""Puts staged files in their places: renames in ranks, then deletes, then the manifest.

From the moment that the file `next` is there, everything that is needed is on the server. A cut
after that is mended by calling `finish` again: each step is done once, whoever does it.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import area, lock
from .errors import LockedError, VerificationError
from .manifest import File, Manifest, folders_of
from .many import each
from .options import Options, Progress
from .plan import Plan, Step, plan
from .transport import Entry, Transport


async def begin(transport: Transport, here: Manifest, steps: Plan, options: Options) -> None:
    """Write down what is to be swapped in. Everything must be staged and kept by now."""
    await _make_folders(transport, steps, before_ways=True)
    await _refuse_stolen(transport, options)
    await area.write_manifests(transport, {area.NEXT: here})


async def relist(transport: Transport, there: Manifest, options: Options) -> None:
    """Write anew the list of what is THERE, where no file has to change."""
    await _refuse_stolen(transport, options)
    await area.write_manifests(transport, {area.MANIFEST: there})
    await transport.remove(area.NEXT)


async def _refuse_stolen(transport: Transport, options: Options) -> None:
    if not await lock.holds(transport, options.me):
        raise LockedError("somebody has taken the lock of this publish, so nothing was changed")


async def finish(transport: Transport, there: Manifest, here: Manifest, options: Options) -> None:
    """Do what is left of the way from the build THERE to the build HERE."""
    staged = frozenset(await transport.names(area.NEW))
    await carry_out(transport, there, here, options, staged=staged)


async def carry_out(
    transport: Transport,
    there: Manifest,
    here: Manifest,
    options: Options,
    *,
    staged: frozenset[str],
) -> None:
    """Go the way from THERE to HERE, of whose files those that are STAGED are yet to be placed."""
    if here.holds_same(there):  # only the last line of this function was not reached
        there = await area.read_previous(transport)
    else:
        steps = plan(here, there, options.ranks)
        await _swap(transport, steps, options, staged)
        now = await _verified(transport, there, here, steps)
        await area.write_manifests(transport, {area.PREVIOUS: there, area.MANIFEST: now})
        await _remove_folders(transport, steps.emptied)
    await transport.remove(area.NEXT)
    await area.prune(transport, (step.slot for step in plan(here, there).kept))


async def _swap(
    transport: Transport, steps: Plan, options: Options, staged: frozenset[str]
) -> None:
    await _retire(transport, steps.ways)
    if steps.ways:
        await _remove_folders(transport, steps.emptied)
        await _make_folders(transport, steps, before_ways=False)
    done, total = 0, len(steps.swaps)
    for rank in steps.ranks:
        await _place(transport, [step for step in rank if step.slot in staged])
        done += len(rank)
        options.progress(Progress(stage="swap", files=done, of_files=total, bytes=0, of_bytes=0))
    if steps.deletes:
        await options.wait(options.linger)
        await _retire(transport, steps.deletes)


async def _place(transport: Transport, steps: Sequence[Step]) -> None:
    async def place(step: Step) -> None:
        await transport.rename(f"{area.NEW}/{step.slot}", step.path)

    await each(steps, place, transport.parallel)


async def _retire(transport: Transport, steps: Sequence[Step]) -> None:
    """Take files out of the site, and keep them. A cut publish may have done either already."""
    there = await transport.look([step.path for step in steps])
    kept = await area.whole(transport, ((f"{area.OLD}/{step.slot}", step.size) for step in steps))

    async def retire(step: Step) -> None:
        # Renaming a file to another name of the same file would do nothing.
        if f"{area.OLD}/{step.slot}" in kept:
            await transport.remove(step.path)
        else:
            await transport.rename(step.path, f"{area.OLD}/{step.slot}")

    left = [step for step in steps if step.path in there and there[step.path].kind == "file"]
    await each(left, retire, transport.parallel)


async def _make_folders(transport: Transport, steps: Plan, *, before_ways: bool) -> None:
    """Make what is lacking, outermost first; BEFORE_WAYS leaves out what a file is still in."""
    blocked = {step.path for step in steps.ways} if before_ways else set[str]()
    wanted = [name for name in steps.folders if not blocked.intersection((name, *folders_of(name)))]
    there = await transport.look(wanted)
    lacking = [folder for folder in wanted if folder not in there]
    for depth in sorted({folder.count("/") for folder in lacking}):
        level = [folder for folder in lacking if folder.count("/") == depth]
        await each(level, transport.make_folder, transport.parallel)


async def _remove_folders(transport: Transport, folders: Sequence[str]) -> None:
    for folder in folders:
        await transport.remove_folder(folder)


async def _verified(transport: Transport, there: Manifest, here: Manifest, steps: Plan) -> Manifest:
    """HERE with the times that the server gives, or an error when something is not in its place."""
    seen = await transport.look([step.path for step in steps.swaps])
    files = dict(here.files)
    for path, file in here.files.items():
        files[path] = _stamped(file, seen.get(path), there.files.get(path))
    wrong = [step.path for step in steps.swaps if not _arrived(step, seen.get(step.path))]
    if wrong:
        known = ((path, file) for path, file in files.items() if path not in wrong)
        await area.write_manifests(transport, {area.MANIFEST: Manifest.of(known)})
        await transport.remove(area.NEXT)
        raise VerificationError(
            f"{wrong[0]} is not there as it was sent"
            f"{f' (nor are {len(wrong) - 1} more)' if len(wrong) > 1 else ''}; the rest of the site"
            " is; see what else writes to the target, then publish again with --force edited"
        )
    return Manifest.of(files.items())


def _stamped(file: File, entry: Entry | None, before: File | None) -> File:
    if entry is not None:
        return File(sha256=file.sha256, size=file.size, mtime=entry.mtime)
    return before if before and file.holds_same(before) else file


def _arrived(step: Step, entry: Entry | None) -> bool:
    return entry is not None and entry.kind == "file" and entry.size == step.size
