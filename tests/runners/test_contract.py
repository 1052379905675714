"""What every runner must do with awkward commands: a new case file is a new test.

A case is written as a recording shows it: commands, ``| `` output, ``! `` notes, exit status.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from transcripts.model import Exchange, Provenance, Recorded, Recording
from transcripts.record import parse_recording, print_recording
from transcripts.runners import open_sandbox
from transcripts.screen import read_screen

from .conftest import PATIENCE, World

CASES = sorted(Path(__file__).with_name("cases").glob("*.console"))

_PROVENANCE = Provenance(day=date(2009, 3, 8), kernel="Linux", filesystem="tmpfs")
_RECORDED = Recorded(
    session="main", environment="tested", digest="0", provenance=_PROVENANCE, exchanges=()
)
_HEAD, _FOOT = print_recording(Recording(sessions=(_RECORDED,))).split("\nend\n")


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_case_prints_what_its_file_says(
    world: World, case: Path, request: pytest.FixtureRequest
) -> None:
    said = case.read_text(encoding="utf-8")
    seen = _text(asyncio.run(_seen(world, _exchanges(said, case))))
    if request.config.getoption("--accept", default=False):
        case.write_text(seen, encoding="utf-8")
    assert seen == said


async def _seen(world: World, exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """Run the commands of a case in a session of their own."""
    found = []
    async with open_sandbox(world.described()) as sandbox:
        for exchange in exchanges:
            ran = await sandbox.run(exchange.command, timeout=PATIENCE, hosts=world.hosts)
            found.append(
                Exchange(
                    prompt=exchange.prompt,
                    command=exchange.command,
                    output=read_screen(ran.output, columns=80, rows=24),
                    status=ran.status,
                    notes=ran.notes,
                    failed=ran.failed,
                )
            )
    return tuple(found)


def _exchanges(text: str, case: Path) -> tuple[Exchange, ...]:
    (recorded,) = parse_recording(f"{_HEAD}\n{text}\nend\n", str(case)).sessions
    return recorded.exchanges


def _text(exchanges: tuple[Exchange, ...]) -> str:
    whole = print_recording(Recording(sessions=(replace(_RECORDED, exchanges=exchanges),)))
    return whole.removeprefix(_HEAD).removesuffix("\nend\n").lstrip("\n")
