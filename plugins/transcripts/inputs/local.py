"""Files that lie beside a post; the sandbox sees a copy, which nobody edits while it runs."""

from __future__ import annotations

import os
from pathlib import Path

from ..model import Input
from .complaints import bad_path, no_hash, other_hash
from .shelf import Kept, Shelf, copy, digest


async def local(item: Input, shelf: Shelf, *, post: Path, content: Path) -> tuple[Kept, ...]:
    """The kept copy of a file, whose path is relative to the post and stays below ``content``."""
    path = _found(item, post.parent, content)
    try:
        sha256 = await digest(path)
    except PermissionError as error:
        raise bad_path(item, "may not be read; change its mode") from error
    if not item.sha256:
        raise no_hash(item, sha256)
    if sha256 != item.sha256:
        raise other_hash(item, path.name, sha256)
    name = Path(item.name).name
    return (await shelf.find(sha256, name.__eq__) or await _kept(path, name, shelf),)


def _found(item: Input, beside: Path, content: Path) -> Path:
    if Path(item.name).is_absolute():
        raise bad_path(item, "is absolute; write its path from the post's directory")
    path = Path(os.path.realpath(beside / item.name))
    if not path.is_relative_to(os.path.realpath(content)):
        raise bad_path(item, f"lies outside {content}; copy it beside the post")
    if not path.exists():
        raise bad_path(item, f"is not in {beside}; put it there, or correct its name")
    if not path.is_file():
        raise bad_path(item, "is no regular file; name a file")
    return path


async def _kept(path: Path, name: str, shelf: Shelf) -> Kept:
    with shelf.room() as room:
        await copy(path, room.files / name)
        return await shelf.keep(room.files / name)
