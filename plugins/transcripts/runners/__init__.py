"""Opens shells in the kinds of sandbox that environments name; each kind is one module."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ..model import World
from . import machine, namespace, network
from .sandbox import Sandbox, Supplies

RUNNERS: dict[str, Callable[[World, Supplies], AbstractAsyncContextManager[Sandbox]]] = {
    "namespace": namespace.open_sandbox,
    "machine": machine.open_sandbox,
    "network": network.open_sandbox,
}
_NOTHING = Supplies()


def open_sandbox(
    world: World, supplies: Supplies = _NOTHING
) -> AbstractAsyncContextManager[Sandbox]:
    """A running sandbox for the world, which ends with all its processes on leaving.

    Raises SandboxError when it cannot be started, with the cure.
    """
    return RUNNERS[world.environment.runner](world, supplies)
