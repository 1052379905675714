"""A connection is lost at any call: the site is as it was or complete, or the next run mends it."""

from __future__ import annotations

import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.errors import ConnectionLostError
from deploy.lasting import Lasting
from deploy.publishing import publish, rollback
from deploy.transport import Transport
from deploy.transports.local import Local

from .conftest import FIRST, SECOND, Cutting, Tree, grow, live, options, run, somebody

NEVER = 10**9
THIRD: Tree = {"index.html": "front 3", "posts/c.html": "the same", "new.html": "new"}


class ByCopy(Local):
    """A server without links, as those of FTP."""

    async def link(self, old: str, new: str) -> bool:
        return False


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory where the system has that: hundreds of publishes follow."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def prepared(folder: Path, kind: type[Local]) -> Local:
    """A target that holds the first build."""
    folder.mkdir()
    transport = kind(folder)
    run(publish(transport, grow(folder.parent / "first", FIRST), options()))
    return transport


def verb(name: str, transport: Transport, site: Path) -> Coroutine[Any, Any, Any]:
    mine = options(me=somebody("cut"))
    return publish(transport, site, mine) if name == "publish" else rollback(transport, mine)


def calls_of(tmp_path: Path, name: str, kind: type[Local]) -> int:
    target = prepared(tmp_path / "counted", kind)
    site = grow(tmp_path / "second", SECOND)
    if name == "rollback":
        run(publish(target, site, options()))
    counted = Cutting(target, NEVER, done=False)
    run(verb(name, counted, site))
    return len(counted.calls)


@pytest.mark.parametrize("kind", [Local, ByCopy])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", ["publish", "rollback"])
def test_a_cut_at_any_call_is_mended_by_the_next_run(
    tmp_path: Path, name: str, done: bool, kind: type[Local]
):
    old, new = (FIRST, SECOND) if name == "publish" else (SECOND, FIRST)
    for at in range(1, calls_of(tmp_path, name, kind) + 1):
        place = tmp_path / f"{at}"
        place.mkdir()
        target = prepared(place / "target", kind)
        site = grow(place / "second", SECOND)
        if name == "rollback":
            run(publish(target, site, options()))
        with pytest.raises(ConnectionLostError):
            run(verb(name, Cutting(target, at, done=done), site))
        assert_whole(place / "target", old, new)
        report = run(
            publish(target, place / ("second" if name == "publish" else "first"), options())
        )
        assert live(place / "target") == new, f"cut at call {at}"
        assert report.sent_files <= len(new)
        run(rollback(target, options()))
        assert live(place / "target") == old, f"cut at call {at}, rolled back"


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_after_a_cut_another_build_may_be_published(tmp_path: Path, done: bool):
    for at in range(1, calls_of(tmp_path, "publish", Local) + 1):
        place = tmp_path / f"{at}"
        place.mkdir()
        target = prepared(place / "target", Local)
        site = grow(place / "second", SECOND)
        with pytest.raises(ConnectionLostError):
            run(verb("publish", Cutting(target, at, done=done), site))
        was_begun = (place / "target/.deploy/next").exists()
        is_complete = live(place / "target") == SECOND
        run(publish(target, grow(place / "third", THIRD), options()))
        assert live(place / "target") == THIRD, f"cut at call {at}"
        run(rollback(target, options()))
        before = SECOND if was_begun or is_complete else FIRST
        assert live(place / "target") == before, f"cut at call {at}, rolled back"


def test_two_cuts_in_a_row_are_mended(tmp_path: Path):
    total = calls_of(tmp_path, "publish", Local)
    for at in range(total // 2, total, 3):
        for again in range(8, 40, 5):
            place = tmp_path / f"{at}-{again}"
            place.mkdir()
            target = prepared(place / "target", Local)
            site = grow(place / "second", SECOND)
            for cut in (at, again):
                try:
                    run(verb("publish", Cutting(target, cut, done=True), site))
                except ConnectionLostError:
                    assert_whole(place / "target", FIRST, SECOND)
            run(publish(target, site, options()))
            assert live(place / "target") == SECOND
            run(rollback(target, options()))
            assert live(place / "target") == FIRST


def assert_whole(target: Path, old: Tree, new: Tree) -> None:
    """Before the swap the old site; in it, each file whole and of one of the two."""
    now = live(target)
    if not (target / ".deploy/next").exists():
        assert now in (old, new)
        return
    for path, text in now.items():
        assert text in (old.get(path), new.get(path)), path
    for path in set(old) & set(new):
        assert path in now


def test_what_has_arrived_is_not_sent_twice(tmp_path: Path):
    target = prepared(tmp_path / "target", Local)
    site = grow(tmp_path / "second", SECOND)
    staged, at = tmp_path / "target/.deploy/new", 10
    while len(list(staged.iterdir())) < 3:
        with pytest.raises(ConnectionLostError):
            run(verb("publish", Cutting(target, at, done=True), site))
        at += 1
    arrived = len(list(staged.iterdir()))
    assert run(publish(target, site, options())).sent_files == len(SECOND) - 1 - arrived


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("lasts", [12, 25])
def test_a_server_that_drops_after_some_requests_is_connected_to_again(
    tmp_path: Path, lasts: int, done: bool
):
    target = prepared(tmp_path / "target", Local)
    site = grow(tmp_path / "second", SECOND)
    connections = 0

    async def connect() -> Transport:
        nonlocal connections
        connections += 1
        return _Closing(target, lasts, done=done)

    async def go() -> None:
        transport = Lasting(connect, await connect())
        await publish(transport, site, options())
        await rollback(transport, options())
        await publish(transport, site, options())

    run(go())
    assert live(tmp_path / "target") == SECOND
    assert connections > 3


class _Closing(Cutting):
    async def close(self) -> None:
        """It is lost already."""


def test_a_connection_that_does_nothing_but_drop_is_given_up(tmp_path: Path):
    target = prepared(tmp_path / "target", Local)
    site = grow(tmp_path / "second", SECOND)

    async def connect() -> Transport:
        return _Closing(target, 0, done=False)

    async def go() -> None:
        await publish(Lasting(connect, await connect()), site, options())

    with pytest.raises(ConnectionLostError, match="again and again"):
        run(go())
    assert live(tmp_path / "target") == FIRST
