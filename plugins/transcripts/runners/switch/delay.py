"""Lets packets go when they would have arrived, had they come through real cables.

The kernel holds each packet back, and this loop, alone in its process, says when it goes on, or
that it was lost. It measures how late it was.
"""

from __future__ import annotations

import heapq
import random
import select
import time
from collections.abc import Mapping

from . import kernel
from .held import Held
from .links import Port
from .pulse import Pulse

_AT_ONCE = 256
_NANO = 1_000
"""Nanoseconds in a microsecond."""


def forward(held: Held | None, ports: Mapping[int, Port], pulse: Pulse) -> None:
    """Delay, and lose, what goes by, until nobody listens to the pulse: that raises EOFError."""
    kernel.wake_in_time()
    if held is None:
        while True:
            pulse.beat(_waited(pulse.next))
    waiting = Waiting(held, ports)
    while True:
        now = _waited(min(waiting.due, pulse.next), held)
        waiting.take()
        waiting.let_go(pulse)
        if now >= pulse.next:
            pulse.beat(now)


def _waited(due: int, *watched: Held) -> int:
    """Until a time has come, or there is something to read; and what time it is then."""
    select.select(watched, (), (), max(0, due - time.monotonic_ns()) / 1e9)
    return time.monotonic_ns()


class Waiting:
    """The packets that are on their way, the next to arrive first."""

    def __init__(self, held: Held, ports: Mapping[int, Port]) -> None:
        self._held = held
        self._ports = ports
        self._packets: list[tuple[int, int]] = []
        self._paths: dict[tuple[int, int], tuple[int, int, float]] = {}
        self._last: dict[tuple[int, int], int] = {}

    @property
    def due(self) -> int:
        """When the next one arrives; where there is none, in the far future."""
        return self._packets[0][0] if self._packets else 1 << 62

    def take(self) -> None:
        """Decide on each new packet when it arrives, or that it never does."""
        clock, push = time.monotonic_ns, heapq.heappush
        lost = []
        for number, from_, to in self._held.arrived(_AT_ONCE):
            delay, jitter, loss = self._paths.get((from_, to)) or self._path(from_, to)
            if loss and random.random() < loss:  # noqa: S311 — an emulated cable, no secret
                lost.append(number)
                continue
            due = clock() + delay
            if jitter:  # a cable keeps the order
                due += int(random.uniform(-jitter, jitter))  # noqa: S311 — likewise
                due = self._last[from_, to] = max(due, self._last.get((from_, to), 0))
            push(self._packets, (due, number))
        if lost:
            self._held.release(lost, drop=True)

    def let_go(self, pulse: Pulse) -> None:
        """Release all that have arrived."""
        now, gone = time.monotonic_ns(), []
        while self._packets and self._packets[0][0] <= now:
            due, number = heapq.heappop(self._packets)
            gone.append(number)
            pulse.late(now - due)
        if gone:
            self._held.release(gone)

    def _path(self, from_: int, to: int) -> tuple[int, int, float]:
        """Nanoseconds of delay and of jitter, and the part that is lost, between two hosts."""
        one, other = self._ports[from_], self._ports[to]
        kept = (1 - one.loss / 100) * (1 - other.loss / 100)
        delay, jitter = one.delay + other.delay, one.jitter + other.jitter
        path = self._paths[from_, to] = (delay * _NANO, jitter * _NANO, 1 - kept)
        return path
