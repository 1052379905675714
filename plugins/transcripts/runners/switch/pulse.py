"""Measures, while a session runs, whether this machine keeps up: lateness, and idle time.

Each moment counts as much as packets went by in it: what lags while nothing is sent harms nobody.
"""

from __future__ import annotations

import json
import math
import os
import socket
import time
from collections import Counter
from pathlib import Path

_BEAT = 20_000_000
"""Nanoseconds between two looks."""
_BEATS_OF_IDLE = 25
"""So many beats, half a second, between two looks at the processors."""
_STEP = 1.25
"""By how much one class of lateness is longer than the one before."""


class Pulse:
    """Counts, until the other end of ``line`` asks for them."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.next = time.monotonic_ns()
        self._late: Counter[int] = Counter()
        self._lag: Counter[int] = Counter()
        self._weight = self._idle_weight = 0.0
        # In the router's namespace, while /proc is still the one of this process.
        self._counters = os.open("/proc/thread-self/net/snmp", os.O_RDONLY)
        self._queue = _opened("/proc/thread-self/net/netfilter/nfnetlink_queue")
        self._forwarded = self._read_forwarded()
        self._times = processors()
        self._since = 0
        self._beats = 0

    def late(self, nanoseconds: int, count: int = 1) -> None:
        """So many packets went on so much later than they should."""
        self._late[_class(nanoseconds)] += count

    def beat(self, now: int) -> None:
        """A timer went off that was set for ``next``. Raises EOFError when nobody listens."""
        lag, self.next = max(0, now - self.next), now + _BEAT
        self._beats += 1
        before, self._forwarded = self._forwarded, self._read_forwarded()
        self._lag[_class(lag)] += self._forwarded - before
        self._since += self._forwarded - before
        if self._beats % _BEATS_OF_IDLE == 0:
            self._weigh_idle()
        try:
            asked = self.line.recv(16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if not asked:
            raise EOFError
        self._weigh_idle()
        self.line.send(json.dumps(self._told()).encode())

    def _weigh_idle(self) -> None:
        """How idle the processors were since the last look."""
        times = processors()
        idle, passed = (now - then for now, then in zip(times, self._times, strict=True))
        if passed > 0:
            self._idle_weight += self._since * idle / passed
            self._weight += self._since
        self._times = times
        self._since = 0

    def _told(self) -> dict[str, float]:
        return {
            "packets": sum(self._lag.values()),
            "late": _percentile(self._late, 99),
            "lag": _percentile(self._lag, 99),
            "idle": self._idle_weight / self._weight if self._weight else 1.0,
            "dropped": self._dropped(),
        }

    def _read_forwarded(self) -> int:
        names, values = (
            line.split()
            for line in os.pread(self._counters, 4096, 0).decode().splitlines()
            if line.startswith("Ip:")
        )
        return int(values[names.index("ForwDatagrams")])

    def _dropped(self) -> int:
        """Packets that the kernel could not hold back, or not tell us of."""
        if self._queue < 0:
            return 0
        lines = os.pread(self._queue, 4096, 0).decode().splitlines()
        return sum(int(word) for line in lines for word in line.split()[5:7])


def processors() -> tuple[int, int]:
    """How long the processors have been idle, and all the time there was, in ticks of theirs."""
    with Path("/proc/stat").open(encoding="ascii") as file:
        times = [int(word) for word in file.readline().split()[1:9]]
    return times[3] + times[4], sum(times)


def _opened(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return -1


def _class(nanoseconds: int) -> int:
    """Classes from one microsecond on, each a quarter longer than the one before."""
    return max(0, int(math.log(max(1, nanoseconds) / 1000, _STEP)) + 1)


def _percentile(counted: Counter[int], percent: int) -> float:
    """Milliseconds that so many of a hundred do not exceed."""
    left = sum(counted.values()) * percent / 100
    for one in sorted(counted):
        left -= counted[one]
        if left <= 0:
            return float(_STEP**one / 1000)
    return 0.0
