"""Debian's source packages and binary packages, by apt-get; neither is unpacked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..model import Input
from .apt import download
from .complaints import no_file
from .kind import Kind
from .shelf import Room

_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_VERSION = re.compile(r"(?:[0-9]+:)?[0-9][A-Za-z0-9.+~:-]*")
_CHECKSUMS = re.compile(r"^Checksums-Sha256:[ \t]*\n((?:[ \t]+\S.*\n)+)", re.MULTILINE)
_CHECKSUM = re.compile(r"([0-9a-f]{64})[ \t]+[0-9]+[ \t]+([A-Za-z0-9][A-Za-z0-9_.+~:%-]*)")


async def _fetch_source(item: Input, room: Room) -> None:
    # Without --only-source the name of a binary package would do, of another source package.
    await download(item, room, "deb-src", ("source", "--download-only", "--only-source"))


async def _fetch_binary(item: Input, room: Room) -> None:
    await download(item, room, "deb", ("download",))


def _is_source(item: Input, name: str) -> bool:
    return name == f"{item.name}_{item.version.split(':', 1)[-1]}.dsc"


def _is_binary(item: Input, name: str) -> bool:
    version = item.version.replace(":", "%3a")
    return name.startswith(f"{item.name}_{version}_") and name.endswith(".deb")


def _parts(item: Input, main: Path) -> Mapping[str, str]:
    """The files that a .dsc names, with their hashes."""
    text = main.read_text(encoding="utf-8", errors="replace")
    listed = _CHECKSUMS.search(text)
    lines = listed[1].splitlines() if listed else []
    found = [match for line in lines if (match := _CHECKSUM.fullmatch(line.strip()))]
    if not found or len(found) < len(lines):
        raise no_file(item, main.name, "no SHA-256 of its files")
    return {match[2]: match[1] for match in found}


SOURCE = Kind(
    name=_NAME,
    version=_VERSION,
    example="debian-source hello=2.10-3",
    fits=_is_source,
    fetch=_fetch_source,
    parts=_parts,
)
BINARY = Kind(
    name=_NAME,
    version=_VERSION,
    example="debian hello=2.10-3",
    fits=_is_binary,
    fetch=_fetch_binary,
)
