"""Reads what FTP servers say of a folder: MLSD, a standard, or LIST, which is none. Pure."""

from __future__ import annotations

import re
from calendar import timegm
from time import strptime

from ..transport import Entry, Kind

_UNIX = re.compile(
    r"(?P<kind>[-dlbcpsD])\S{9}\S?\s+\d+\s+\S.*?\s+(?:\d+,\s*)?(?P<size>\d+)"
    r"\s+\w{3}\s+\d{1,2}\s+(?:\d{4}|\d{1,2}:\d{2}) (?P<name>.+)"
)
_TOTAL = re.compile(r"total\s+\d+\s*")
_KINDS: dict[str, Kind] = {"file": "file", "dir": "folder", "-": "file", "d": "folder"}


def parse_mlsd(listing: bytes) -> dict[str, Entry]:
    """The entries of a listing as RFC 3659 describes it."""
    entries = {}
    for line in _lines(listing):
        facts, _, name = line.partition(" ")
        said = dict(fact.lower().split("=", 1) for fact in facts.split(";") if "=" in fact)
        if said.get("type") not in ("cdir", "pdir") and name not in ("", ".", ".."):
            entries[name] = Entry(
                kind=_kind(said.get("type", "")),
                size=int(said.get("size", "0")),
                mtime=_seconds(said.get("modify", "")),
            )
    return entries


def parse_list(listing: bytes) -> dict[str, Entry]:
    """The entries of a listing as ``ls -l`` writes it; its times are too coarse to be told.

    Raises ValueError for a line that is not understood: what it tells of must not be overlooked.
    """
    entries = {}
    for line in _lines(listing):
        if not line.strip() or _TOTAL.fullmatch(line):
            continue
        found = _UNIX.fullmatch(line)
        if not found:
            raise ValueError(f"a listing that is not understood: {line!r}")
        if found["name"] not in (".", ".."):
            name = found["name"].partition(" -> ")[0] if found["kind"] == "l" else found["name"]
            entries[name] = Entry(kind=_kind(found["kind"]), size=int(found["size"]))
    return entries


def _lines(listing: bytes) -> list[str]:
    text = listing.decode(errors="surrogateescape")
    return [line.removesuffix("\r") for line in text.split("\n") if line]


def _kind(said: str) -> Kind:
    return _KINDS.get(said, "other")


def _seconds(stamp: str) -> int | None:
    try:
        return timegm(strptime(stamp.partition(".")[0], "%Y%m%d%H%M%S"))
    except ValueError:
        return None
