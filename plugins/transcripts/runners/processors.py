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
from pathlib import Path


@contextlib.contextmanager
def starting_on_one() -> Iterator[None]:
    """What is started meanwhile stays on one processor, that which fewest such others hold."""
    allowed = os.sched_getaffinity(0)
    # Other processes that share out are not seen: all must not begin with the same one.
    shuffled = random.sample(sorted(allowed), len(allowed))
    os.sched_setaffinity(0, [min(shuffled, key=_held().__getitem__)])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _held() -> Counter[int]:
    """How many children of this process stay on each processor alone."""
    held: Counter[int] = Counter()
    for children in Path("/proc/self/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            with contextlib.suppress(ProcessLookupError):
                one, *others = os.sched_getaffinity(child)
                held[one] += not others
    return held
