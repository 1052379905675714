"""Two publishes to one target never write to it at once."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import has_ended, me
from deploy.errors import LockedError
from deploy.options import Force, Progress
from deploy.publishing import Report

from .conftest import FIRST, SECOND, grow, live, options, somebody

Send = Callable[..., Report]


def test_two_publishes_at_once_refuse_each_other(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)
    seen: list[str] = []

    async def meanwhile(_: float) -> None:
        other = dataclasses.replace(somebody("2"), user="bob")
        with pytest.raises(LockedError) as caught:
            await _publish(target, first, me=other, dead=lambda _: False)
        seen.append(str(caught.value))

    send(second, wait=meanwhile)
    said = (
        "ada at desk (since 2026-11-22 12:00 UTC) is publishing to this target; wait for its end,"
        " or if it has ended without saying so: --force lock"
    )
    assert seen == [said]
    assert live(target) == SECOND


async def _publish(target: Path, site: Path, **changes: object) -> Report:
    from deploy.publishing import publish
    from deploy.transports.local import Local

    return await publish(Local(target), site, options(**changes))


@pytest.mark.parametrize("means", ["dead", "force"])
def test_a_lock_that_was_left_behind_is_taken_over(
    send: Send, first: Path, target: Path, means: str
):
    grow(target, {".deploy/lock/who": _who()})
    if means == "dead":
        send(first, me=somebody("2"), dead=lambda holder: holder.token == "1")
    else:
        send(first, me=somebody("2"), dead=lambda _: False, force=frozenset({Force.LOCK}))
    assert live(target) == FIRST
    assert not (target / ".deploy/lock").exists()


def _who(**changes: object) -> str:
    return json.dumps({**dataclasses.asdict(somebody("1")), **changes})


MINE = {"user": me().user, "host": me().host}


@pytest.mark.parametrize(
    "lie",
    [
        *(_who(**MINE, pid=pid) for pid in ("x", [1], 10**30, 2**31, 0, -1, True, None, 1.5)),
        *(_who(**{key: "a\n\x1b[31mb"}) for key in ("user", "host", "since", "token")),
        _who(since=["x"]),
        _who(since="\ud800"),
        _who(more="x"),
        _who(since="x" * 100_000),
        "[" * 100_000,
        "[" * 5_000,
        "1" * 5_000,
        "[]",
        "null",
        "{",
        "",
    ],
    ids=lambda _: "lie",  # their own would tell of the process that made them
)
def test_a_lock_that_lies_is_nobodys(send: Send, first: Path, target: Path, lie: str):
    """It is taken over like one that was left behind; a real one always says whose it is."""
    grow(target, {".deploy/lock/who": lie})
    send(first, dead=has_ended)
    assert live(target) == FIRST
    assert not (target / ".deploy/lock").exists()


def test_a_lock_of_a_publish_that_has_ended_here_is_dead_and_one_at_work_is_not(target: Path):
    assert not has_ended(me())
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert has_ended(dataclasses.replace(me(), pid=ended.pid))


def test_a_publish_whose_lock_was_taken_changes_nothing(
    send: Send, first: Path, second: Path, target: Path
):
    send(first)
    stolen = _who().replace('"1"', '"thief"')

    def steal(_: Progress) -> None:
        (target / ".deploy/lock/who").write_text(stolen)

    with pytest.raises(LockedError, match="somebody has taken the lock"):
        send(second, progress=steal)
    assert live(target) == FIRST
    assert (target / ".deploy/lock/who").read_text() == stolen
