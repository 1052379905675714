"""Shares this system's processors out among what runs faster on one than on several.

The processes of a User-mode Linux take turns: each system call of the guest stops one and wakes
another. On two processors every turn wakes the other one from its sleep, which made a boot two to
five times slower (`invoke bench`).
Source: sched_setaffinity(2).
"""

from __future__ import annotations

import contextlib
import os
import random
from collections import Counter
from collections.abc import Iterator

_taken: Counter[int] = Counter()


@contextlib.contextmanager
def shared_out() -> Iterator[int]:
    """The number of a processor that the fewest others hold; given back at the end."""
    allowed = sorted(os.sched_getaffinity(0))
    # Other processes that share out do not know of us: all must not begin with the same one.
    random.shuffle(allowed)
    number = min(allowed, key=_taken.__getitem__)
    _taken[number] += 1
    try:
        yield number
    finally:
        _taken[number] -= 1


@contextlib.contextmanager
def starting_on(number: int) -> Iterator[None]:
    """What is started meanwhile stays on this processor, and so do its children."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [number])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
