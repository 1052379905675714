"""Lets packets go when they would have arrived, had they come through real cables.

The kernel holds each packet back, and this loop, alone in its process, says when it goes on, or
that it was lost. It measures how late it was.
"""

from __future__ import annotations

import heapq
import random
import select
import time
from collections.abc import Mapping, Sequence

from . import kernel
from .held import Held, Queue
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
            _ready(pulse.next, ())
            pulse.beat(time.monotonic_ns())
    waiting = Waiting(ports)
    while True:
        ready = _ready(min(waiting.due, pulse.next), held.queues)
        for queue in ready:
            waiting.take(queue)
        waiting.let_go(pulse)
        now = time.monotonic_ns()
        if now >= pulse.next:
            pulse.beat(now)


def _ready(due: int, queues: Sequence[Queue]) -> Sequence[Queue]:
    """Where there is something to read; nowhere when a time has come before."""
    return select.select(queues, (), (), max(0, due - time.monotonic_ns()) / 1e9)[0]


class Waiting:
    """The packets that are on their way, the next to arrive first."""

    def __init__(self, ports: Mapping[int, Port]) -> None:
        self._ports = ports
        self._packets: list[tuple[int, int, Queue]] = []
        self._paths: dict[tuple[int, int], tuple[int, int, float]] = {}
        self._last: dict[tuple[int, int], int] = {}

    @property
    def due(self) -> int:
        """When the next one arrives; where there is none, in the far future."""
        return self._packets[0][0] if self._packets else 1 << 62

    def take(self, queue: Queue) -> None:
        """Decide on each new packet when it arrives, or that it never does."""
        clock, push = time.monotonic_ns, heapq.heappush
        lost = []
        for number, from_, to in queue.arrived(_AT_ONCE):
            delay, jitter, loss = self._paths.get((from_, to)) or self._path(from_, to)
            if loss and random.random() < loss:  # noqa: S311 — an emulated cable, no secret
                lost.append(number)
                continue
            due = clock() + delay
            if jitter:  # a cable keeps the order
                due += int(random.uniform(-jitter, jitter))  # noqa: S311 — likewise
                due = self._last[from_, to] = max(due, self._last.get((from_, to), 0))
            push(self._packets, (due, number, queue))
        if lost:
            queue.release(lost, drop=True)

    def let_go(self, pulse: Pulse) -> None:
        """Release all that have arrived."""
        now = time.monotonic_ns()
        gone: dict[Queue, list[int]] = {}
        while self._packets and self._packets[0][0] <= now:
            due, number, queue = heapq.heappop(self._packets)
            gone.setdefault(queue, []).append(number)
            pulse.late(now - due)
        for queue, numbers in gone.items():
            queue.release(numbers)

    def _path(self, from_: int, to: int) -> tuple[int, int, float]:
        """Nanoseconds of delay and of jitter, and the part that is lost, between two hosts."""
        one, other = self._ports[from_], self._ports[to]
        kept = (1 - one.loss / 100) * (1 - other.loss / 100)
        delay, jitter = one.delay + other.delay, one.jitter + other.jitter
        path = self._paths[from_, to] = (delay * _NANO, jitter * _NANO, 1 - kept)
        return path
