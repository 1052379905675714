"""Brings contents to the target before anything is visible: what is sent, what is to be kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from . import area
from .errors import DeployError, DiskFullError, MissingError, NoPreviousError
from .many import each
from .options import Options, Progress
from .plan import Plan, Step
from .transport import Transport
from .tree import file_of


async def send(transport: Transport, site: Path, plan: Plan, options: Options) -> tuple[Step, ...]:
    """Send the content of each file of a plan that is not staged yet; return those sent."""
    lacking = await _lacking(transport, area.NEW, plan.swaps)
    count = _Count(options, "send", lacking)

    async def send_one(step: Step) -> None:
        await transport.write(f"{area.NEW}/{step.slot}", _content(site, step))
        count.done(step)

    places = [f"{area.NEW}/{step.slot}" for step in lacking]
    async with _making_room(transport, places):
        await each(lacking, send_one, transport.parallel)
    return lacking


async def clear(transport: Transport, plan: Plan, back: Plan) -> None:
    """Delete what was sent for a build that was given up; PLAN and the way BACK need the rest."""
    needed = {step.slot for step in (*plan.swaps, *back.swaps)}
    left = [name for name in await transport.names(area.NEW) if name not in needed]
    await each((f"{area.NEW}/{name}" for name in left), transport.remove, transport.parallel)


async def take_back(transport: Transport, plan: Plan) -> None:
    """Stage what was kept of the build before."""
    lacking = await refuse_lost(transport, plan)

    async def take(step: Step) -> None:
        await transport.rename(f"{area.OLD}/{step.slot}", f"{area.NEW}/{step.slot}")

    await each(lacking, take, transport.parallel)


async def refuse_lost(transport: Transport, plan: Plan) -> tuple[Step, ...]:
    """The steps whose content is kept and not staged; raise where it is neither."""
    lacking = await _lacking(transport, area.NEW, plan.swaps)
    lost = await _lacking(transport, area.OLD, lacking)
    if lost:
        raise NoPreviousError(
            f"the content of {lost[0].path} before is no longer on the server; publish the older"
            " sources instead"
        )
    return lacking


async def keep(transport: Transport, plan: Plan, options: Options) -> None:
    """Copy the content of each file that is to be replaced, so that it can be put back."""
    lacking = await _lacking(transport, area.OLD, plan.keeps)
    count = _Count(options, "keep", lacking)

    async def keep_one(step: Step) -> None:
        place = f"{area.OLD}/{step.slot}"
        if not await transport.link(step.path, place):
            await transport.write(f"{place}.part", await transport.read(step.path))
            await transport.rename(f"{place}.part", place)
        count.done(step)

    places = [f"{area.OLD}/{step.slot}.part" for step in lacking]
    async with _making_room(transport, places):
        await each(lacking, keep_one, transport.parallel)


async def _lacking(transport: Transport, folder: str, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps whose slot is not there, or is only begun."""
    places = {f"{folder}/{step.slot}": step.size for step in steps}
    there = await area.whole(transport, places.items())
    return tuple(step for step in steps if f"{folder}/{step.slot}" not in there)


@asynccontextmanager
async def _making_room(transport: Transport, places: Sequence[str]) -> AsyncIterator[None]:
    """Where the disk is full, delete what was begun: the next publish needs room for its lock."""
    try:
        yield
    except DiskFullError:
        with suppress(DeployError):
            begun = [*places, *(f"{place}.part" for place in places)]
            await each(begun, transport.remove, transport.parallel)
        raise


def _content(site: Path, step: Step) -> bytes:
    try:
        data = (site / step.path).read_bytes()
    except OSError as error:
        raise MissingError(f"{site / step.path} has vanished; build the site again") from error
    if not step.slot.startswith(file_of(data).sha256):
        raise DeployError(f"{site / step.path} changed while it was sent; publish again")
    return data


class _Count:
    """Tells how far a stage has come."""

    def __init__(self, options: Options, stage: str, steps: Sequence[Step]) -> None:
        self._options, self._stage = options, stage
        self._files, self._of_files = 0, len(steps)
        self._bytes, self._of_bytes = 0, sum(step.size for step in steps)

    def done(self, step: Step) -> None:
        self._files += 1
        self._bytes += step.size
        self._options.progress(
            Progress(
                stage=self._stage,
                files=self._files,
                of_files=self._of_files,
                bytes=self._bytes,
                of_bytes=self._of_bytes,
            )
        )
