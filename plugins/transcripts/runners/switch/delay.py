"""Lets packets go when they would have arrived, had they come through real cables.

Where the kernel has no netem, this is its place: the kernel holds each packet back, and this loop,
alone in its process, says when it goes on, or that it was lost. It measures how late it was.
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
    """Delay, and lose, what goes by; returns never."""
    kernel.wake_in_time()
    waiting: list[tuple[int, int]] = []
    last: dict[tuple[int, int], int] = {}
    paths: dict[tuple[int, int], tuple[int, int, float]] = {}
    watched = [pulse.line] if held is None else [held, pulse.line]
    clock, push, pop = time.monotonic_ns, heapq.heappush, heapq.heappop
    while True:
        due = min(waiting[0][0], pulse.next) if waiting else pulse.next
        ready = select.select(watched, (), (), max(0, due - clock()) / 1e9)[0]
        now = clock()
        if held in ready:
            lost = []
            for number, from_, to in held.arrived(_AT_ONCE):
                path = paths.get((from_, to))
                if path is None:
                    path = paths[from_, to] = _path(ports[from_], ports[to])
                delay, jitter, loss = path
                if loss and random.random() < loss:
                    lost.append(number)
                    continue
                goes = clock() + delay
                if jitter:  # a cable keeps the order
                    goes += int(random.uniform(-jitter, jitter))
                    goes = last[from_, to] = max(goes, last.get((from_, to), 0))
                push(waiting, (goes, number))
            if lost:
                held.release(lost, drop=True)
            now = clock()
        gone = []
        while waiting and waiting[0][0] <= now:
            goes, number = pop(waiting)
            gone.append(number)
            pulse.late(now - goes)
        if gone and held is not None:
            held.release(gone)
        if now >= pulse.next or pulse.line in ready:
            pulse.beat(now)


def _path(from_: Port, to: Port) -> tuple[int, int, float]:
    """Nanoseconds of delay and jitter, and the part that is lost, of the way between two hosts."""
    kept = (1 - from_.loss / 100) * (1 - to.loss / 100)
    delay, jitter = from_.delay + to.delay, from_.jitter + to.jitter
    return delay * _NANO, jitter * _NANO, 1 - kept
