"""Keeps two publishes from writing to one target: a folder there says who is at work."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from .errors import LockedError, MissingError
from .names import AREA
from .transport import Transport

_LOCK = f"{AREA}/lock"
_WHO = "who"
_MOST_BYTES = 10_000
_PIDS = 2**31
"""What a number of a process is less than."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A publish at work."""

    user: str
    host: str
    pid: int

    since: str
    """When it began: UTC, as people write it."""

    token: str
    """Tells it from all others."""


async def acquire(
    transport: Transport, me: Holder, *, dead: Callable[[Holder], bool], force: bool
) -> None:
    """Take the lock, or raise a `LockedError` that says who has it.

    The folder gets its content before it gets its name, so a lock always says whose it is. One
    that was left behind is taken over: when DEAD knows that its publish has ended, or by FORCE.
    """
    mine = f"{_LOCK}-{me.token}"
    await transport.make_folder(mine)
    await transport.write(f"{mine}/{_WHO}", json.dumps(asdict(me)).encode())
    for _ in range(2):
        if await transport.claim(mine, _LOCK) or await holds(transport, me):
            return
        other = await _holder(transport)
        if other and not force and not dead(other):
            break
        await _set_aside(transport, f"{_LOCK}-left-{me.token}")
    await _delete(transport, mine)
    raise _locked(other)


async def refuse_held(
    transport: Transport, me: Holder, *, dead: Callable[[Holder], bool], force: bool
) -> None:
    """Raise the `LockedError` that `acquire` would raise now."""
    other = await _holder(transport)
    if other and other != me and not force and not dead(other):
        raise _locked(other)


async def holds(transport: Transport, me: Holder) -> bool:
    """Whether the lock is still ours."""
    return await _holder(transport) == me


async def release(transport: Transport, me: Holder) -> None:
    """Give the lock back, if nobody has taken it."""
    if await holds(transport, me):
        await _delete(transport, _LOCK)


async def tidy(transport: Transport) -> None:
    """Delete what cut publishes left of theirs; only for the one that holds the lock."""
    prefix = _LOCK.removeprefix(f"{AREA}/")
    for name in await transport.names(AREA):
        if name.startswith(f"{prefix}-"):
            await _delete(transport, f"{AREA}/{name}")


async def _holder(transport: Transport) -> Holder | None:
    """Who has the lock; None when nobody has it, or nobody can say who."""
    try:
        data = await transport.read(f"{_LOCK}/{_WHO}")
    except MissingError:
        return None
    return _read_holder(data) if len(data) <= _MOST_BYTES else None


def _read_holder(data: bytes) -> Holder | None:
    """What the file says, if it can be true: whoever may write there may write anything."""
    try:
        holder = Holder(**json.loads(data))
    except (ValueError, TypeError, RecursionError):
        return None
    texts: list[object] = [holder.user, holder.host, holder.since, holder.token]
    fit = all(isinstance(text, str) and text.isprintable() for text in texts)
    return holder if fit and type(holder.pid) is int and 0 < holder.pid < _PIDS else None


async def _set_aside(transport: Transport, aside: str) -> None:
    try:
        await transport.claim(_LOCK, aside)
    except MissingError:
        return
    await _delete(transport, aside)


async def _delete(transport: Transport, folder: str) -> None:
    await transport.remove(f"{folder}/{_WHO}")
    await transport.remove_folder(folder)


def _locked(other: Holder | None) -> LockedError:
    return LockedError(
        f"{_described(other)} is publishing to this target; wait for its end, or if it has ended"
        " without saying so: --force lock"
    )


def _described(holder: Holder | None) -> str:
    if holder is None:
        return "somebody"
    return f"{holder.user} at {holder.host} (since {holder.since})"
