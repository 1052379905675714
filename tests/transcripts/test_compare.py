"""Case files: NAME.md and NAME.recording, or also NAME.fresh.recording, make NAME.expected.

That is what ``verify`` finds in the first two, and ``changed`` in the recordings; then the
claims as ``accept`` would write them, and for histories whether they hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from transcripts.compare import (
    changed,
    claim_holds,
    corrected_claim,
    differing_lines,
    history_holds,
    is_valid,
    seen_blocks,
    verify,
)
from transcripts.model import Command, Drift, Environment, Exchange, LiveBlock, Post, Recording
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
