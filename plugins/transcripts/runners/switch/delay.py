"""Lets packets go when they would have arrived, had they come through real cables.

The kernel holds each packet back, and this loop, alone in its process, says when it goes on, or
that it was lost. It measures how late it was.
"""

from __future__ import annotations

import heapq
import random
import select
import statistics
import time
from collections import deque
from collections.abc import Mapping

from . import kernel
from .held import Held, Queue
from .paths import Kind, path
from .pulse import Pulse

_OFTEN = 1_000_000
"""Nanoseconds between two looks, below which the next one waits until it is for several packets."""
_REST = 0.000_25
"""Seconds that it waits."""
_NEVER = 1 << 62
_WAKINGS, _WAKING = 25, 1_000_000
"""So many times we look how late we are woken, after so many nanoseconds."""
_MOST_EARLY = 400_000
"""Nanoseconds: more than that is a busy machine's lateness, not its usual one."""


def forward(held: Held, kinds: Mapping[int, Kind], pulse: Pulse) -> None:
    """Delay, and lose, what goes by, until nobody listens to the pulse: that raises EOFError.

    ``kinds`` tells those of links by their index.
    """
    kernel.be_prompt()
    early = _lateness()
    lines = [Line(max(0, delay - early), queues) for delay, queues in held.even.items()]
    waiting: list[Line | Varied] = [*lines, Varied(held, kinds, early)]
    takers = {queue.fileno(): (one, queue) for one in waiting for queue in one.queues}
    poll = select.epoll()
    for fd in takers:
        poll.register(fd, select.EPOLLIN)
    before = 0
    while True:
        if _readable(poll, min(pulse.next, *(one.due for one in waiting))):
            for fd, _ in poll.poll(0):
                one, queue = takers[fd]
                one.take(queue)
        now = time.monotonic_ns()
        for one in waiting:
            one.let_go(now, pulse)
        if now >= pulse.next:
            pulse.beat(now)
        if now - before < _OFTEN:
            time.sleep(_REST)
        before = now


def _lateness() -> int:
    """Nanoseconds by which a packet is late where nothing else is done: we are woken twice."""
    late = []
    for _ in range(_WAKINGS):
        due = time.monotonic_ns() + _WAKING
        time.sleep(_WAKING / 1e9)
        late.append(time.monotonic_ns() - due)
    return min(_MOST_EARLY, 2 * statistics.median_low(late))


def _readable(poll: select.epoll, due: int) -> bool:
    """Whether there is something to read before a time comes, which epoll knows in ms only."""
    return bool(select.select((poll,), (), (), max(0, due - time.monotonic_ns()) / 1e9)[0])


class Line:
    """A path that all packets pass in the same time."""

    def __init__(self, delay: int, queues: tuple[Queue, ...]) -> None:
        self.queues = queues
        self._delay = delay
        self._packets: deque[tuple[int, Queue, int, int]] = deque()

    @property
    def due(self) -> int:
        """When the next packet arrives; where there is none, in the far future."""
        return self._packets[0][0] if self._packets else _NEVER

    def take(self, queue: Queue) -> None:
        """Note what has come, up to which packet."""
        count, last = queue.newest()
        if count:
            self._packets.append((time.monotonic_ns() + self._delay, queue, last, count))

    def let_go(self, now: int, pulse: Pulse) -> None:
        """Release all that have arrived."""
        gone: dict[Queue, int] = {}
        while self._packets and self._packets[0][0] <= now:
            due, queue, last, count = self._packets.popleft()
            gone[queue] = last
            pulse.late(now - due, count)
        for queue, last in gone.items():
            queue.release_until(last)


class Varied:
    """The paths on which each packet has a fate of its own; the next to arrive is first."""

    def __init__(self, held: Held, kinds: Mapping[int, Kind], early: int) -> None:
        self.queues = held.varied
        self._early = early
        self._kinds = kinds
        self._packets: list[tuple[int, int, Queue]] = []
        self._last: dict[tuple[int, int], int] = {}

    @property
    def due(self) -> int:
        """See Line."""
        return self._packets[0][0] if self._packets else _NEVER

    def take(self, queue: Queue) -> None:
        """Decide on each new packet when it arrives, or that it never does."""
        now = time.monotonic_ns()
        lost = []
        for number, from_, to in queue.arrived():
            met = path(self._kinds[from_], self._kinds[to])
            if met.loss and random.random() < met.loss:  # noqa: S311 — a cable, no secret
                lost.append(number)
                continue
            due = now + met.delay - self._early
            if met.jitter:  # a cable keeps the order
                due += int(random.uniform(-met.jitter, met.jitter))  # noqa: S311 — likewise
                due = self._last[from_, to] = max(due, self._last.get((from_, to), 0))
            heapq.heappush(self._packets, (due, number, queue))
        if lost:
            queue.release(lost, drop=True)

    def let_go(self, now: int, pulse: Pulse) -> None:
        """Release all that have arrived."""
        gone: dict[Queue, list[int]] = {}
        while self._packets and self._packets[0][0] <= now:
            due, number, queue = heapq.heappop(self._packets)
            gone.setdefault(queue, []).append(number)
            pulse.late(now - due)
        for queue, numbers in gone.items():
            queue.release(numbers)
