"""Waits for the end of a process by its descriptor.

Not asyncio's own way: that starts a thread on Python 3.11, and the runners fork, which threads
do not survive.
"""

from __future__ import annotations

import asyncio
import os


async def death(pid: int) -> None:
    """Wait until a child has ended; who started it still has to reap it."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
