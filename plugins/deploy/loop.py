"""Runs coroutines for callers that have no event loop, in the way that people at a terminal expect.

One Ctrl-C ends a question, and nothing is printed but what is raised: what fails in the background
(a request whose connection was lost, or which was given up) is told by whoever waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import asyncssh

from .errors import DeployError

Answer = TypeVar("Answer")
P = ParamSpec("P")
_LOST = "socket.send() raised exception."
"""What asyncio logs of each write to a connection that was lost."""


class _InterruptedError(Exception):
    """A KeyboardInterrupt on its way out; in its own shape it would break the loop on that way."""


_EXPECTED = (DeployError, asyncssh.Error, OSError, _InterruptedError)


class Loop:
    """An event loop that outlives the coroutines it runs."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._outside = signal.getsignal(signal.SIGINT)

    def run(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        """Run a coroutine to its end."""
        self._outside = signal.getsignal(signal.SIGINT)
        self._runner.get_loop().set_exception_handler(_tell_unexpected)
        with _lost_writes_unlogged():
            try:
                return self._runner.run(coroutine)
            except _InterruptedError:
                raise KeyboardInterrupt from None

    def interruptible(self, ask: Callable[P, Answer]) -> Callable[P, Answer]:
        """ASK for use in a coroutine, which asyncio would only cancel, and that waits for ASK."""

        def asked(*args: P.args, **kwargs: P.kwargs) -> Answer:
            inside = signal.getsignal(signal.SIGINT)
            if inside is self._outside or threading.current_thread() is not threading.main_thread():
                return ask(*args, **kwargs)
            signal.signal(signal.SIGINT, self._outside)
            try:
                return ask(*args, **kwargs)
            except KeyboardInterrupt:
                raise _InterruptedError from None
            finally:
                signal.signal(signal.SIGINT, inside)

        return asked

    def close(self) -> None:
        """End what still runs."""
        with _lost_writes_unlogged():
            self._runner.close()


def _tell_unexpected(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), _EXPECTED):
        loop.default_exception_handler(context)


@contextmanager
def _lost_writes_unlogged() -> Iterator[None]:
    def is_worth_it(record: logging.LogRecord) -> bool:
        return record.getMessage() != _LOST

    logger = logging.getLogger("asyncio")
    logger.addFilter(is_worth_it)
    try:
        yield
    finally:
        logger.removeFilter(is_worth_it)
