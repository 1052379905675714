"""Looks at a target and decides what a publish may do to it. Changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from . import area
from .errors import (
    EditedError,
    ManifestError,
    RefusedError,
    SourcesError,
    UnknownFolderError,
)
from .manifest import NOTHING, File, Manifest, folders_of
from .many import each
from .names import AREA
from .options import Force, Options
from .plan import Plan, plan
from .transport import Entry, Transport
from .tree import file_of

SOURCES = "pelicanconf.py"
"""The file that tells a folder of sources from one of a published site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is there, and what would become of it."""

    there: Manifest
    """What is at the paths of this site and of the one published before."""

    plan: Plan

    interrupted: bool
    """Whether a publish was cut while its files took their places."""

    told: Manifest | None
    """What the target itself says that it holds, if that can be read and is to be believed."""

    @property
    def relists(self) -> bool:
        """Whether all files are as they should be, and only the list of them is not."""
        return not (self.plan or self.interrupted) and self.there != (self.told or NOTHING)


async def survey(transport: Transport, here: Manifest, options: Options) -> Survey:
    """Compare the build HERE with the target; raise a `RefusedError` if it must not be touched."""
    _, lists = await asyncio.gather(refuse_sources(transport), read_lists(transport, options))
    said, pending = lists
    claimed = pending or said or NOTHING
    folders = _folders(here) | _folders(claimed)
    seen = await transport.look(sorted({*claimed.files, *here.files, *folders}))
    if pending:  # what is half in place is told apart once it is wholly there
        steps = plan(here, pending, options.ranks)
        return Survey(there=pending, plan=steps, interrupted=True, told=said)
    _refuse_obstacles(here, claimed, seen)
    await _refuse_guests(transport, here, claimed, seen)
    foreign = _foreign(here, claimed, seen)
    if said is None:
        await _refuse_unknown(transport, options)
    elif foreign and Force.EDITED not in options.force:
        raise EditedError(_edited(foreign, seen))
    there = await _as_it_is(transport, claimed, foreign, seen)
    steps = plan(here, there, options.ranks)
    return Survey(there=there, plan=steps, interrupted=False, told=said)


async def confirm(transport: Transport, here: Manifest, found: Survey, options: Options) -> Survey:
    """What was found before the lock, unless somebody has published since; then what is now."""
    said, pending = await read_lists(transport, options)
    if pending is None and said == found.told and not found.interrupted:
        return found
    return await survey(transport, here, options)


async def refuse_sources(transport: Transport) -> None:
    """Raise if the target is a folder of sources."""
    if SOURCES in await transport.look([SOURCES]):
        raise SourcesError(
            f"the target holds {SOURCES}: it is a folder of sources, which publishing would"
            " clutter and serve; name another folder in publishconf.py"
        )


async def read_lists(
    transport: Transport, options: Options
) -> tuple[Manifest | None, Manifest | None]:
    """What the target says that it holds, and what it says is half in place."""
    try:
        return await asyncio.gather(
            area.read_manifest(transport, area.MANIFEST), area.read_manifest(transport, area.NEXT)
        )
    except ManifestError as error:
        if Force.MANIFEST in options.force:
            return None, None
        raise with_remedy(error) from error


def with_remedy(error: ManifestError) -> ManifestError:
    """The complaint of a list that cannot be read, with what to do."""
    remedy = "publish with --force manifest, which reads all files there instead and deletes none"
    return ManifestError(f"{error}; {remedy}")


def _folders(here: Manifest) -> set[str]:
    return {folder for path in here.files for folder in folders_of(path)}


def _refuse_obstacles(here: Manifest, claimed: Manifest, seen: dict[str, Entry]) -> None:
    """A folder where a file is to be, or the other way round, unless it is ours and goes away."""
    ours = _folders(claimed)
    folders = ours | _folders(here)
    for path, entry in seen.items():
        if path in folders and entry.kind == "other":  # what is behind a link is not the target
            raise RefusedError(
                f"{path} on the server is a link or file where the site has a folder; move it away"
            )
        no_file = path in here.files and entry.kind != "file"
        unknown = path not in here.files and path not in claimed.files
        no_folder = unknown and path not in ours and entry.kind == "file"
        if (no_file and path not in ours) or no_folder:
            raise RefusedError(
                f"{path} on the server is {'a' if no_folder else 'no plain'} file and not ours,"
                f" where the site has a {'folder' if no_folder else 'file'}; move it away"
            )


async def _refuse_guests(
    transport: Transport, here: Manifest, claimed: Manifest, seen: dict[str, Entry]
) -> None:
    """A folder that becomes a file must have nothing in it but ours."""
    becoming = {path for path in here.files if path in seen and seen[path].kind == "folder"}
    for folder in sorted(_folders(claimed)):
        if becoming.intersection((folder, *folders_of(folder))):
            ours = {*claimed.files, *_folders(claimed)}
            names = await transport.names(folder)
            others = [name for name in names if f"{folder}/{name}" not in ours]
            if others:
                raise RefusedError(
                    f"{folder}/{others[0]} on the server is not ours, and {folder} is to become"
                    " a file; move it away"
                )


def _foreign(here: Manifest, claimed: Manifest, seen: dict[str, Entry]) -> list[str]:
    """The paths at which there is something else than what was published."""
    edited = (path for path, file in claimed.files.items() if not _holds(file, seen.get(path)))
    unknown = (path for path in here.files if path not in claimed.files and path in seen)
    return sorted({*edited, *(path for path in unknown if seen[path].kind == "file")})


def _holds(file: File, entry: Entry | None) -> bool:
    if entry is None or entry.kind != "file" or entry.size != file.size:
        return False
    return None in (file.mtime, entry.mtime) or file.mtime == entry.mtime


async def _refuse_unknown(transport: Transport, options: Options) -> None:
    if options.adopt or Force.MANIFEST in options.force:
        return
    others = [name for name in await transport.names("") if name != AREA]
    if others:
        raise UnknownFolderError(
            f"the target holds {_some(others)}, and nothing says that publishing has put it there;"
            " is it the right folder? --force adopt publishes into it, and deletes nothing of that"
        )


def _edited(foreign: list[str], seen: dict[str, Entry]) -> str:
    gone = [path for path in foreign if path not in seen]
    changed = [path for path in foreign if path in seen]
    said = [f"{_some(changed)} changed"] * bool(changed) + [f"{_some(gone)} deleted"] * bool(gone)
    return (
        f"somebody else has edited the target: {' and '.join(said)}; fetch what you want to keep,"
        " then --force edited publishes over it"
    )


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


async def _as_it_is(
    transport: Transport, claimed: Manifest, foreign: Iterable[str], seen: dict[str, Entry]
) -> Manifest:
    """The manifest of what is really there: what is not known is read."""
    real = dict(claimed.files)
    for path in foreign:
        real.pop(path, None)

    async def read(path: str) -> None:
        real[path] = replace(file_of(await transport.read(path)), mtime=seen[path].mtime)

    files = [path for path in foreign if path in seen and seen[path].kind == "file"]
    await each(files, read, transport.parallel)
    return Manifest.of(real.items())
