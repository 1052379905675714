"""Opens shells in the kinds of sandbox that environments name; each kind is one module."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ..model import Environment
from . import namespace
from .sandbox import Sandbox

RUNNERS: dict[str, Callable[[Environment], AbstractAsyncContextManager[Sandbox]]] = {
    "namespace": namespace.open_sandbox,
}


def open_sandbox(environment: Environment) -> AbstractAsyncContextManager[Sandbox]:
    """A running sandbox of the environment, which ends with all its processes on leaving.

    Raises SandboxError when it cannot be started, with the cure.
    """
    return RUNNERS[environment.runner](environment)
