"""Turns the outcome of a task into an exit status and at most one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from invoke.exceptions import Exit

from .errors import ToldInterrupt, WorkshopError
from .processes import INTERRUPTED

P = ParamSpec("P")


def command(body: Callable[P, int]) -> Callable[P, None]:
    """A task that ends with the exit status its body returns, or that its complaint carries."""

    @wraps(body)
    def task(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = body(*args, **kwargs)
        except WorkshopError as error:
            raise Exit(f"{body.__name__}: {error}", error.status) from error
        except ToldInterrupt:
            raise Exit(code=INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read the output has enough, as `head` does; nothing is left to be flushed.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Exit(code=141) from None
        except KeyboardInterrupt:
            told = f"{body.__name__}: interrupted; nothing was left half-done"
            raise Exit(told, INTERRUPTED) from None
        if status:
            raise Exit(code=status)

    return task
