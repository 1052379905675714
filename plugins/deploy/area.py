"""Reads and writes the folder within a target that holds what is not part of the site.

manifest      what is published: present from the first publish on
next          what is being swapped in: there from the first rename to the last
previous      what was published before
new/ old/     contents that were sent, contents that were replaced: SHA-256 and a number each
lock/         who is publishing
.htaccess     keeps Apache from serving all this
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from .errors import ManifestError, MissingError
from .manifest import NOTHING, Manifest, parse_manifest, print_manifest
from .many import each
from .names import AREA
from .transport import Transport

MANIFEST, NEXT, PREVIOUS = (f"{AREA}/{name}" for name in ("manifest", "next", "previous"))
NEW, OLD = f"{AREA}/new", f"{AREA}/old"
_DENIAL = f"{AREA}/.htaccess"
_DENIED = b"Require all denied\n"


async def read_manifest(transport: Transport, path: str) -> Manifest | None:
    """The manifest in a file of the area; None when there is none."""
    try:
        data = await transport.read(path)
    except MissingError:
        return None
    try:
        return parse_manifest(data.decode())
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} on the server cannot be read: it is no UTF-8") from error
    except ManifestError as error:
        raise ManifestError(f"{path} on the server cannot be read: {error}") from error


async def read_previous(transport: Transport) -> Manifest:
    """What was published before; nothing when that cannot be told any more."""
    try:
        return await read_manifest(transport, PREVIOUS) or NOTHING
    except ManifestError:
        return NOTHING


async def write_manifests(transport: Transport, manifests: Mapping[str, Manifest]) -> None:
    """Put manifests in their places, each in one step, in this order."""
    texts = {path: print_manifest(manifest).encode() for path, manifest in manifests.items()}
    await asyncio.gather(*(transport.write(f"{path}.part", text) for path, text in texts.items()))
    for path in texts:
        await transport.rename(f"{path}.part", path)


async def make(transport: Transport) -> None:
    """See that the area is there."""
    there = await transport.look([NEW, OLD, _DENIAL])
    for folder in (NEW, OLD):
        if folder not in there:
            await transport.make_folder(folder)
    if _DENIAL not in there:
        await transport.write(_DENIAL, _DENIED)


async def prune(transport: Transport, kept: Iterable[str]) -> None:
    """Delete what no rollback needs, and what was left behind."""
    needed = {f"{OLD}/{slot}" for slot in kept}
    lists = await asyncio.gather(transport.names(NEW), transport.names(OLD))
    pairs = zip((NEW, OLD), lists, strict=True)
    there = {f"{folder}/{name}" for folder, names in pairs for name in names}
    await each(sorted(there - needed), transport.remove, transport.parallel)


async def whole(transport: Transport, places: Iterable[tuple[str, int]]) -> frozenset[str]:
    """Those of these paths at which there is a file of the size."""
    wanted = dict(places)
    seen = await transport.look(list(wanted))
    return frozenset(path for path, entry in seen.items() if entry.size == wanted[path])
