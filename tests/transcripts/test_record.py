"""Case files: NAME.recording is a recording, NAME.expected what it says, or the complaint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from transcripts.errors import RecordingError
from transcripts.model import Exchange, Line, Recorded, Recording
from transcripts.record import parse_recording, print_recording

from .strategies import TRIMMED_COMMANDS, recordings


@pytest.mark.cases("record/*.recording")
def test_a_recording_is_understood_as_its_case_says(case: Path, expect) -> None:
    expect(case.with_suffix(".expected"), _understood(case))


@pytest.mark.cases("record/good-*.recording")
def test_what_was_read_is_written_the_same(case: Path) -> None:
    text = case.read_bytes().decode()
    assert print_recording(parse_recording(text, case.name)) == text


@given(recordings())
def test_what_was_written_is_read_back_exactly(recording: Recording) -> None:
    assert parse_recording(print_recording(recording), "x") == recording


@given(recordings(TRIMMED_COMMANDS))
def test_an_editor_that_trims_lines_changes_no_meaning(recording: Recording) -> None:
    trimmed = "\n".join(line.rstrip() for line in print_recording(recording).split("\n"))
    assert parse_recording(trimmed, "x") == recording


@given(recordings())
def test_a_recording_that_was_cut_anywhere_is_refused(recording: Recording) -> None:
    lines = print_recording(recording).split("\n")
    for count in range(len(lines) - 1):
        if lines[:count][-1:] != ["end"]:
            with pytest.raises(RecordingError):
                parse_recording("\n".join(lines[:count]), "x")


# --- A readable form --------------------------------------------------------------------


def _understood(case: Path) -> str:
    try:
        recording = parse_recording(case.read_bytes().decode(), case.name)
    except RecordingError as error:
        return f"{error}\n"
    lines = [line for recorded in recording.sessions for line in _described(recorded)]
    return "".join(f"{line}\n" for line in lines) or "no sessions\n"


def _described(recorded: Recorded) -> Iterator[str]:
    provenance = recorded.provenance
    yield f"session {recorded.session} in {recorded.environment}, digest {recorded.digest}"
    yield f"ran {provenance.day:%d.%m.%Y} on {provenance.kernel!r}, {provenance.filesystem!r}"
    yield from (f"package {package!r}" for package in provenance.packages)
    for exchange in recorded.exchanges:
        yield from _exchange(exchange)
    for artifact in recorded.artifacts:
        yield f"{artifact.kind} {artifact.path!r}"
        yield from (f"  {line!r}" for line in artifact.data.splitlines(keepends=True))


def _exchange(exchange: Exchange) -> Iterator[str]:
    yield f"{exchange.prompt!r} {exchange.command!r}"
    yield from (f"  {_line(line)}" for line in exchange.output)
    yield from (f"  note {note!r}" for note in exchange.notes)
    yield f"  status {exchange.status}{', failed' if exchange.failed else ''}"


def _line(line: Line) -> str:
    return (
        " + ".join(
            f"{span.text!r}"
            + "".join(
                f" {name}={value}"
                for name in span.style.__slots__
                if (value := getattr(span.style, name))
            )
            for span in line
        )
        or "blank"
    )
