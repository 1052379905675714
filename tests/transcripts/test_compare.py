"""Case files: NAME.md and NAME.recording, or also NAME.fresh.recording, make NAME.expected.

That is what ``verify`` finds in the first two, and ``changed`` in the recordings; then the
claims as ``accept`` would write them, and for histories whether they hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from transcripts.claims import claim_diff, claim_holds, corrected_claim, differing_lines
from transcripts.compare import changed, history_holds, is_valid, seen_blocks, verify
from transcripts.model import (
    Claim,
    Command,
    Drift,
    Environment,
    Exchange,
    LiveBlock,
    Post,
    Recording,
    Span,
)
from transcripts.parse import parse

from .cases import post_of, recording_of


@pytest.mark.cases("compare/*.md")
def test_the_drift_is_what_its_case_says(case: Path, expect) -> None:
    post = post_of(case)
    accepted = recording_of(case.with_suffix(".recording"), post)
    fresh = recording_of(case.with_suffix(".fresh.recording"), post)
    lines = [*_drifts(verify(post, accepted)), *_claims(post, accepted), *_fresh(post, fresh)]
    for session in post.sessions:
        old, new = accepted.by_name.get(session.name), fresh.by_name.get(session.name)
        if old and new:
            lines += _drifts(changed(post, session, old, new))
    expect(case.with_suffix(".expected"), "".join(f"{line}\n" for line in lines) or "no drift\n")


@pytest.mark.cases("compare/*.md")
def test_what_accept_would_write_holds(case: Path) -> None:
    post = post_of(case)
    for block, command, exchange in _pairs(
        post, recording_of(case.with_suffix(".recording"), post)
    ):
        written = corrected_claim(command.claim, exchange, block.placeholder)
        claim = type(command.claim)(lines=written, first_line=1)
        assert claim_holds(claim, exchange, block.placeholder)


def _drifts(drifts: tuple[Drift, ...]) -> Iterator[str]:
    for drift in drifts:
        yield f"{drift.kind.value}: {drift}"


def _pairs(post: Post, recording: Recording) -> Iterator[tuple[LiveBlock, Command, Exchange]]:
    for session in post.sessions:
        recorded = recording.by_name.get(session.name)
        if recorded and is_valid(session, recorded):
            for seen in seen_blocks(post, session, recorded):
                for pair in zip(seen.block.commands, seen.exchanges, strict=True):
                    yield (seen.block, *pair)


def _claims(post: Post, recording: Recording) -> Iterator[str]:
    for block, command, exchange in _pairs(post, recording):
        claim = command.claim
        if claim.lines and not claim_holds(claim, exchange, block.placeholder):
            yield f"line {claim.first_line} would become"
            yield from (
                f"  {line!r}" for line in corrected_claim(claim, exchange, block.placeholder)
            )
        if block.then:
            then, now = differing_lines(claim, exchange, block.placeholder)
            yield f"line {claim.first_line} differs in {sorted(then)} then, {sorted(now)} now"
    for session in post.sessions:
        recorded = recording.by_name.get(session.name)
        if recorded and is_valid(session, recorded):
            for seen in seen_blocks(post, session, recorded):
                if seen.block.then:
                    yield f"history of line {seen.block.location.line}: {history_holds(seen)}"


def _fresh(post: Post, fresh: Recording) -> Iterator[str]:
    if fresh.sessions:
        yield "--- afresh"


@pytest.mark.cases("compare/*.md")
def test_what_accept_would_write_is_read_as_a_claim(case: Path) -> None:
    post = post_of(case)
    for block, command, exchange in _pairs(
        post, recording_of(case.with_suffix(".recording"), post)
    ):
        written = corrected_claim(command.claim, exchange, block.placeholder)
        lines = "".join(f"{line}\n" for line in written)
        text = f"```console run\n{exchange.prompt}a command\n{lines}```\n"
        (session,) = parse(text, "post.md", {"sandbox": Environment(name="sandbox")}).sessions
        (again,) = session.commands
        assert [line.rstrip() for line in again.claim.lines] == [line.rstrip() for line in written]


# --- Bounds -----------------------------------------------------------------------------


def _diff(said: list[str], seen: list[str]) -> list[str]:
    output = tuple((Span(line),) for line in seen)
    exchange = Exchange(prompt="$ ", command="x", output=output, status=0)
    return list(claim_diff(Claim(lines=tuple(said), first_line=1), exchange, None))


def _marked(mark: str, lines: list[str]) -> list[str]:
    return [f"{mark}{line}" for line in lines]


def test_a_line_that_differs_in_a_long_output_is_told_alone() -> None:
    lines = [f"line {number}" for number in range(20_000)]
    said, seen = [*lines, "old", *lines], [*lines, "new", "newer", *lines]
    expected = [*_marked(" ", lines), "-old", "+new", "+newer", *_marked(" ", lines)]
    assert _diff(said, seen) == expected


def test_lines_at_the_begin_are_not_those_at_the_end_as_well() -> None:
    assert _diff(["a", "a"], ["a", "a", "a"]) == [" a", " a", "+a"]
    assert _diff(["a", "b", "a"], ["a"]) == [" a", "-b", "-a"]


def test_what_is_too_long_to_compare_differs_as_a_whole() -> None:
    same = [f"same {number}" for number in range(2_000)]
    said, seen = ["old", *same, "then"], ["new", *same, "now"]
    assert _diff(said, seen) == [*_marked("-", said), *_marked("+", seen)]
    said, seen = ["old", *same[:1_998], "then"], ["new", *same[:1_998], "now"]
    assert _diff(said, seen) == ["-old", "+new", *_marked(" ", same[:1_998]), "-then", "+now"]


def test_what_has_too_many_equal_lines_to_compare_differs_as_a_whole() -> None:
    said, seen = ["old", *["a"] * 1_000, "then"], ["new", *["a", "b"] * 500, "now"]
    assert _diff(said, seen) == [*_marked("-", said), *_marked("+", seen)]
