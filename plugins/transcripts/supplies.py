"""Gets what worlds need before a sandbox can start: root file systems, kernels and inputs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .config import Config
from .errors import ConfigError, ParseError
from .inputs import provide as provide_inputs
from .model import Environment, World
from .roots import Recipe, UnknownPackageError, default_shelf, in_use, parse_recipe
from .roots import provide as provide_root
from .runners.engines import kernel_packages, needs_qemu
from .runners.machine import boots_with_kvm
from .runners.sandbox import Supplies


class Supplier:
    """Makes or fetches each thing once, one at a time; what is there is found at once.

    Until ``held`` is left, nobody prunes what it gave.
    """

    def __init__(
        self, config: Config, tell: Callable[[str], None], held: contextlib.ExitStack
    ) -> None:
        self._config = config
        self._tell = tell
        self._one_at_a_time = asyncio.Lock()
        self._held = held
        self._kvm: dict[Path, bool] = {}

    async def supply(self, world: World, post: Path) -> Supplies:
        """All that a world needs.

        Raises ParseError, with the line, for what a post asks for and cannot have, and
        TranscriptError for what an environment cannot have.
        """
        async with self._one_at_a_time:
            inputs = await provide_inputs(
                world.inputs,
                post=post,
                shelf=default_shelf(),
                tell=self._tell,
                content=Path(self._config.content),
            )
            root = await self._root(world, post)
            _check_timezone(world.environment, root)
            supplies = Supplies(
                root=root,
                kernel=await self._system(kernel_recipe(world), post),
                inputs=inputs,
            )
            return replace(supplies, kvm=await self._has_kvm(world, supplies))

    async def _root(self, world: World, post: Path) -> Path:
        try:
            return await self._system(root_recipe(world), post)
        except UnknownPackageError as error:
            for wanted in world.packages:
                if wanted.name == error.package:
                    raise ParseError(str(error), wanted.location) from error
            raise

    async def _system(self, recipe: Recipe | None, post: Path) -> Path:
        if recipe is None:
            return Path("/")
        lock = Path(self._config.roots)
        root = await provide_root(
            recipe,
            lock=lock,
            shelf=default_shelf(),
            tell=lambda what: self._tell(f"{post}: {what}"),
        )
        self._held.enter_context(in_use(root))
        return root.tree

    async def _has_kvm(self, world: World, supplies: Supplies) -> bool:
        """Whether KVM boots the world's machine, tried once for each kernel."""
        if world.environment.runner != "machine" or not needs_qemu(world, supplies):
            return False
        if supplies.kernel not in self._kvm:
            self._kvm[supplies.kernel] = await boots_with_kvm(world, supplies)
        return self._kvm[supplies.kernel]


def _check_timezone(environment: Environment, root: Path) -> None:
    """Raise ConfigError for a zone that a root lacks: programs would tell UTC under its name."""
    zone = environment.timezone
    if zone == "UTC" or _has_zone(root, zone):
        return
    remedy = "install tzdata" if environment.root == "/" else "add 'tzdata' to packages"
    raise ConfigError(
        f"TRANSCRIPTS_ENVIRONMENTS[{environment.name!r}]['timezone'] = {zone!r}:"
        f" root {environment.root!r} has no such time zone; correct it, or {remedy}"
    )


def _has_zone(root: Path, zone: str) -> bool:
    zones = root / "usr" / "share" / "zoneinfo"
    try:
        found = (zones / zone).resolve()
        return found.is_relative_to(zones.resolve()) and found.read_bytes().startswith(b"TZif")
    except (OSError, ValueError):
        return False


def root_recipe(world: World) -> Recipe | None:
    """What the root file system of a world is made from; None for the author's own system."""
    environment = world.environment
    if environment.root == "/":
        return None
    packages = {*environment.packages, *(wanted.name for wanted in world.packages)}
    if environment.runner == "machine":
        packages.add("mount")
    if environment.runner == "network":
        packages.add("python3")  # its program runs inside
    return parse_recipe(environment.root, packages)


def kernel_recipe(world: World) -> Recipe | None:
    """What has the kernel of a world's machine; None for the author's own system."""
    if not world.environment.kernel:
        return None
    return parse_recipe(world.environment.kernel, kernel_packages(world.environment.emulator))
