"""Turns the outcome of a task into an exit status and at most one line."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec

from invoke.exceptions import Exit

from .errors import ToldInterrupt, WorkshopError
from .processes import INTERRUPTED

P = ParamSpec("P")
_ENOUGH = 141
"""How a program ends whose reader has read enough, as `head` does."""
_REMEDIES = {
    errno.EACCES: "run this as its owner, or delete it",
    errno.EPERM: "run this as its owner, or delete it",
    errno.EROFS: "run this where it can be written to",
    errno.ENOSPC: "make space where it writes to, and where its output goes",
    errno.EDQUOT: "make space where it writes to, and where its output goes",
}


def command(body: Callable[P, int]) -> Callable[P, None]:
    """A task that ends with the exit status its body returns, or that its complaint carries."""

    @wraps(body)
    def task(*args: P.args, **kwargs: P.kwargs) -> None:
        status, told = _outcome(lambda: body(*args, **kwargs))
        unprinted = _unprinted()
        if unprinted and not told:
            status, told = unprinted
        if status:
            raise Exit(f"{body.__name__}: {told}" if told else None, status)

    return task


def _outcome(body: Callable[[], int]) -> tuple[int, str]:
    """The exit status, and what the author is yet to be told."""
    try:
        return body(), ""
    except WorkshopError as error:
        return error.status, str(error)
    except ToldInterrupt:
        return INTERRUPTED, ""
    except KeyboardInterrupt:
        return INTERRUPTED, "interrupted; nothing was left half-done"
    except OSError as error:
        return _unprinted() or _refused(error, error.filename)


def _refused(error: OSError, where: str | None) -> tuple[int, str]:
    """What the system does not allow."""
    if isinstance(error, BrokenPipeError):
        return _ENOUGH, ""
    place = f"{where}: " if where else ""
    remedy = _REMEDIES.get(error.errno or 0, "mend that, and run this again")
    return WorkshopError.status, f"cannot go on: {place}{error.strerror or error}; {remedy}"


def _unprinted() -> tuple[int, str] | None:
    """Print what is left; where that cannot be, say so, and leave nothing to be tried again."""
    try:
        if sys.stdout is not None:  # it may have been closed
            sys.stdout.flush()
    except OSError as error:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _refused(error, "standard output")
    return None
