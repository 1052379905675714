"""Chooses what emulates a machine: User-mode Linux where there is one, else QEMU."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import SandboxError
from ..model import World
from . import guestroot, qemu, uml
from .bubblewrap import Invocation
from .guestroot import GUEST, Systems
from .kernels import cure, find_kernel, make_initrd, read_image
from .launch import layout
from .process import Watch, unprivileged
from .sandbox import Supplies
from .seccomp import Calls

# Where programs lie. What is read there is taken for executed: the host cannot tell, and nobody
# prints a program.
_PLACES = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local", "usr/libexec", "opt")
_FIRST_FILE_FD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What emulates one machine."""

    name: str
    """As the page says it."""
    texts: Mapping[str, str]
    """What the machine reads at its start."""
    prelude: str
    """What its shells begin with."""
    invocation: Callable[[Path], Invocation]
    """What boots the machine that sees this directory as guestroot.SCRIPTS."""
    calls: Calls
    """Those with which it opens a file for the machine."""
    root: str
    """How the paths of such a file begin."""
    perl: Path
    """What runs its first process."""
    least_memory: int
    """Bytes with which it boots."""
    taking_turns: bool
    """Whether its processes never run at the same time, and are faster on one processor."""

    @property
    def watch(self) -> Watch:
        """What the kernel shall tell of it."""
        return Watch(calls=self.calls, paths=tuple(f"{self.root}/{place}/" for place in _PLACES))


def choose(world: World, supplies: Supplies) -> Engine:
    """What emulates the machine of a world. Raises SandboxError, with the cure."""
    return (_qemu if needs_qemu(world, supplies) else _uml)(world, supplies)


def instead(world: World, supplies: Supplies) -> Engine | None:
    """QEMU, where a User-mode Linux that does not run leaves it a choice."""
    if world.environment.emulator != "auto" or needs_qemu(world, supplies):
        return None
    try:
        return _qemu(world, supplies)
    except SandboxError:
        return None  # what matters is why the first one does not run


def needs_qemu(world: World, supplies: Supplies) -> bool:
    """Whether that is QEMU; else it is User-mode Linux."""
    wanted = world.environment.emulator
    if wanted != "auto" or _program(supplies, uml.KERNEL).exists():
        return wanted == "qemu"
    return _has_qemu(supplies) or platform.machine() not in uml.MACHINES


def kernel_packages(emulator: str) -> tuple[str, ...]:
    """Debian's, which have all that such an emulator boots. Raises SandboxError."""
    machine = platform.machine()
    if emulator == "uml" or (emulator == "auto" and machine in uml.MACHINES):
        return uml.PACKAGES
    return _board(machine).packages


def kvm_permitted() -> bool:
    """Whether a sandbox may open KVM; that it works there is not said."""
    if os.getuid() == unprivileged().uid:
        return os.access(qemu.KVM, os.R_OK | os.W_OK)
    device = Path(qemu.KVM)
    return device.exists() and device.stat().st_mode & 0o006 == 0o006


def _uml(world: World, supplies: Supplies) -> Engine:
    if not _program(supplies, uml.KERNEL).exists():
        raise SandboxError(
            f"{supplies.kernel} has no {uml.KERNEL}; install it with 'apt install user-mode-linux',"
            " or set the environment's kernel to a suite such as 'debian:trixie'"
        )
    systems, perl = _systems(supplies), _perl(supplies)

    def invocation(scripts: Path) -> Invocation:
        return uml.invocation(world, systems, supplies.inputs, scripts, first_fd=_FIRST_FILE_FD)

    return Engine(
        name=uml.NAME,
        texts=uml.texts(world),
        prelude=guestroot.prelude(world.environment, uml.DEVICES),
        invocation=invocation,
        calls=Calls.READS,
        root=f"/{GUEST}",
        perl=perl,
        least_memory=uml.LEAST_MEMORY,
        taking_turns=True,
    )


def _qemu(world: World, supplies: Supplies) -> Engine:
    machine = platform.machine()
    program = _program(supplies, _board(machine).program)
    if not program.exists():
        raise SandboxError(f"there is no {program}; {cure()}")
    kernel = find_kernel(supplies.kernel)
    boot = qemu.Boot(
        image=read_image(kernel),
        initrd=make_initrd(supplies.kernel, kernel, [mount.kind for mount in world.mounts]),
        machine=machine,
        kvm=supplies.kvm,
    )
    systems, perl = _systems(supplies), _perl(supplies)

    def invocation(scripts: Path) -> Invocation:
        given = (supplies.inputs, scripts)
        return qemu.invocation(world, systems, boot, given, first_fd=_FIRST_FILE_FD)

    return Engine(
        name=f"{qemu.NAME}, KVM" if supplies.kvm else qemu.NAME,
        texts=qemu.texts(world, machine),
        prelude=guestroot.prelude(world.environment, qemu.DEVICES),
        invocation=invocation,
        calls=Calls.OPENS,
        root=GUEST,
        perl=perl,
        least_memory=qemu.LEAST_MEMORY,
        taking_turns=False,
    )


def _board(machine: str) -> qemu.Board:
    if machine not in qemu.BOARDS:
        raise SandboxError(f"no machine can be emulated on {machine}; use the runner 'namespace'")
    return qemu.BOARDS[machine]


def _has_qemu(supplies: Supplies) -> bool:
    board = qemu.BOARDS.get(platform.machine())
    return board is not None and _program(supplies, board.program).exists()


def _program(supplies: Supplies, path: str) -> Path:
    return supplies.kernel / path.lstrip("/")


def _systems(supplies: Supplies) -> Systems:
    return Systems(kernel=layout(supplies.kernel), guest=layout(supplies.root))


def _perl(supplies: Supplies) -> Path:
    path = supplies.root / guestroot.PERL.lstrip("/")
    if not path.exists():
        raise SandboxError(
            f"{supplies.root} has no {guestroot.PERL}, which runs the first process of a machine;"
            " install it with 'apt install perl-base'"
        )
    return path
