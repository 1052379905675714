r"""Case files: NAME.bytes is what a terminal got, NAME.expected what it then shows.

Escapes are written as in Python (``\x1b``, ``\r``), and a newline is the CR LF of a terminal.
What is expected is written as in a recording.
"""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path

import pytest

from transcripts.model import Exchange, Line, Provenance, Recorded, Recording
from transcripts.record import print_recording
from transcripts.screen import read_screen


@pytest.mark.cases("screen/*.bytes")
def test_the_screen_shows_what_its_case_says(case: Path, expect) -> None:
    data, _ = codecs.escape_decode(case.read_bytes().replace(b"\n", rb"\r\n"))
    assert isinstance(data, bytes)
    expect(case.with_suffix(".expected"), _as_recorded(read_screen(data)))


def _as_recorded(output: tuple[Line, ...]) -> str:
    exchange = Exchange(prompt="$ ", command="x", output=output, status=0)
    recorded = Recorded(
        session="main",
        environment="sandbox",
        digest="0",
        provenance=Provenance(day=date(2026, 11, 22), kernel="Linux", filesystem="tmpfs"),
        exchanges=(exchange,),
    )
    lines = print_recording(Recording(sessions=(recorded,))).splitlines(keepends=True)
    return "".join(lines[lines.index("$ x\n") + 1 : lines.index("[0]\n")])
