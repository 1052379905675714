"""Folds what a command printed on many hosts into one text, and hosts into groups: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .sandbox import Ran

_NUMBERED = re.compile(r"^(?P<stem>.*?)(?P<number>0|[1-9][0-9]*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What came of a group's command on one of its hosts."""

    output: bytes
    status: int
    cut: bool = False
    late: bool = False


def folded(parts: Mapping[str, Part], *, timeout: float) -> Ran:
    """One result of all: an output that several hosts printed is shown once."""
    statuses = {part.status for part in parts.values()}
    late = [host for host, part in parts.items() if part.late]
    notes = []
    if late:
        notes.append(f"timed out after {timeout:g} s on {names(late)}")
    if len(statuses) > 1:
        for status in sorted(statuses - {0}):
            failed = [host for host, part in parts.items() if part.status == status]
            notes.append(f"exit status {status} on {names(failed)}")
    if cut := [host for host, part in parts.items() if part.cut]:
        notes.append(f"output cut on {names(cut)}")
    return Ran(
        output=b"".join(_shown(parts)),
        status=max(statuses),
        notes=tuple(notes),
        failed=bool(late),
    )


def _shown(parts: Mapping[str, Part]) -> Iterable[bytes]:
    outputs: dict[bytes, list[str]] = {}
    for host, part in parts.items():
        said = part.output.replace(b"\r\n", b"\n").removesuffix(b"\n")
        outputs.setdefault(said, []).append(host)
    if len(outputs) == 1:
        yield from _named(f"{len(parts)} hosts", next(iter(outputs)))
        return
    for output, hosts in outputs.items():
        yield from _named(names(hosts), output)


def _named(who: str, output: bytes) -> Iterable[bytes]:
    """One line stands beside the name, several below it."""
    lines = output.split(b"\n")
    if len(lines) == 1:
        if lines[0]:
            yield b"%s: %s\r\n" % (who.encode(), lines[0])
        return
    yield b"%s:\r\n" % who.encode()
    for line in lines:
        yield b"  %s\r\n" % line


def names(hosts: Sequence[str]) -> str:
    """Names in short, as ``tracker, peer[1-3,7]``; numbers in order, stems as they come."""
    stems: dict[str, list[int]] = {}
    for host in hosts:
        match = _NUMBERED.match(host)
        stem, number = (match["stem"], int(match["number"])) if match else (host, -1)
        stems.setdefault(stem, []).append(number)
    return ", ".join(_group(stem, numbers) for stem, numbers in stems.items())


def _group(stem: str, numbers: list[int]) -> str:
    if numbers == [-1]:
        return stem
    if len(numbers) == 1:
        return f"{stem}{numbers[0]}"
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = [f"{begin}" if begin == end else f"{begin}-{end}" for begin, end in runs]
    return f"{stem}[{','.join(parts)}]"
