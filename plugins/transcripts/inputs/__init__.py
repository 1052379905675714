"""Turns the inputs that a post names into files: fetched once, checked, and kept by their hash.

A sandbox has no network; it sees the files read-only under ``/inputs``. Nothing that is fetched
is unpacked or run here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..model import Input
from .complaints import (
    label,
    misspelt,
    no_file,
    no_hash,
    not_kept,
    other_hash,
    other_name,
    same_name,
)
from .debian import BINARY, SOURCE
from .kind import Kind
from .local import local
from .npm import NPM
from .pypi import PYPI
from .shelf import Kept, Shelf

_KINDS: Mapping[str, Kind] = {
    "debian-source": SOURCE,
    "debian": BINARY,
    "pypi": PYPI,
    "npm": NPM,
}


async def provide(
    inputs: tuple[Input, ...],
    *,
    post: Path,
    shelf: Path,
    tell: Callable[[str], None],
    content: Path | None = None,
) -> Mapping[str, Path]:
    """The files of a post's inputs, by their names; what is not on the shelf yet is fetched.

    Local files must lie below ``content``, or where that is not given, beside the post. Raises
    ParseError, with the line of the input, at the first that is not there as the post names it.
    """
    kept = Shelf(shelf.absolute() / "inputs")
    found: dict[str, Path] = {}
    owners: dict[str, Input] = {}
    for item in inputs:
        try:
            if item.kind == "file":
                files = await local(item, kept, post=post, content=content or post.parent)
            else:
                files = await _package(item, kept, tell)
        except OSError as error:
            raise not_kept(item, kept.place, error.strerror or str(error)) from error
        for file in files:
            name = file.path.name
            if found.setdefault(name, file.path) != file.path:
                raise same_name(item, name, owners[name])
            owners.setdefault(name, item)
    return found


async def _package(item: Input, shelf: Shelf, tell: Callable[[str], None]) -> tuple[Kept, ...]:
    kind = _KINDS[item.kind]
    if not kind.spells(item):
        raise misspelt(item, kind.example)
    if item.sha256 and (files := await _on_shelf(item, kind, shelf)):
        return files
    tell(f"fetching {item.kind} {label(item)}")
    return await _fetched(item, kind, shelf)


async def _on_shelf(item: Input, kind: Kind, shelf: Shelf) -> tuple[Kept, ...]:
    """The input's file and those that it names, or nothing if one of them is not whole."""
    main = await shelf.find(item.sha256, lambda name: kind.fits(item, name))
    if main is None:
        return ()
    files = [main]
    for name, sha256 in kind.parts(item, main.path).items():
        if (part := await shelf.find(sha256, name.__eq__)) is None:
            return ()
        files.append(part)
    return tuple(files)


async def _fetched(item: Input, kind: Kind, shelf: Shelf) -> tuple[Kept, ...]:
    with shelf.room() as room:
        await kind.fetch(item, room)
        brought = [await shelf.keep(path) for path in sorted(room.files.iterdir())]
    main = next((file for file in brought if kind.fits(item, file.path.name)), None)
    if main is None:
        raise other_name(item, [file.path.name for file in brought])
    if not item.sha256:
        raise no_hash(item, main.sha256)
    if main.sha256 != item.sha256:
        raise other_hash(item, main.path.name, main.sha256)
    if not (files := await _on_shelf(item, kind, shelf)):
        raise no_file(item, item.kind, f"not all that {main.path.name} names")
    return files
