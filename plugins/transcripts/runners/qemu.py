"""What QEMU in bubblewrap is given: a pure function of world, layouts, kernel and disks.

The machine's root file system is a directory of the sandbox, which QEMU serves read-only over
9P; its disks and terminals are descriptors. It has no network.
Source: bwrap(1) 0.8, qemu-system(1) 7.2, "The kernel's command-line parameters".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model import World
from . import bubblewrap, guestroot
from .bubblewrap import Invocation
from .guestroot import GUEST, LINE_FD, ROOT_FD, USER_FD, Devices, Systems

NAME = "QEMU"
KVM = "/dev/kvm"
TAG = "guest"
"""Under which the machine finds its root file system."""
LINE = "vport0p1"
DEVICES = Devices(line=LINE, terminals="ttyS", disks="vd", sized=False)
LEAST_MEMORY = 96 << 20
_OWN_DESCRIPTOR = "/proc/self/fd/{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What QEMU and the kernel call the parts of a kind of machine."""

    program: str
    machine: str
    console: str
    serial: str
    """A device that the kernel calls ttyS and the next number, from 0."""
    packages: tuple[str, ...]
    """Debian's, which have the program, a kernel that sees the root file system, and a busybox."""


BOARDS = {
    "x86_64": Board(
        program="/usr/bin/qemu-system-x86_64",
        machine="pc",
        console="ttyS0",
        serial="isa-serial",
        packages=("qemu-system-x86", "linux-image-amd64", "busybox-static"),
    ),
    "aarch64": Board(
        program="/usr/bin/qemu-system-aarch64",
        machine="virt,gic-version=max",
        console="ttyAMA0",
        serial="pci-serial",
        packages=("qemu-system-arm", "linux-image-arm64", "busybox-static"),
    ),
}
"""By the processor's name, as uname(1)'s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What is booted, and on what."""

    image: bytes
    """The kernel."""
    initrd: bytes
    """Mounts the root file system, and starts its first process."""
    machine: str
    """One of BOARDS."""
    kvm: bool = False
    """Whether the processor itself runs the machine, or QEMU translates for it."""


def texts(world: World, machine: str) -> Mapping[str, str]:
    """The files beside guest.pl, by name."""
    return guestroot.texts(world, DEVICES, machine)


def invocation(
    world: World,
    systems: Systems,
    boot: Boot,
    given: tuple[Mapping[str, Path], Path],
    *,
    first_fd: int,
) -> Invocation:
    """What boots the machine; see guestroot.composed for the inputs and scripts it is given."""
    root = guestroot.composed(world, systems.guest, *given, first_fd=first_fd)
    image = first_fd + len(root.files)
    initrd = image + 1
    arguments = (
        *bubblewrap.ISOLATION,
        *guestroot.kernel_system(systems.kernel),
        *("--proc", "/proc", "--dev", "/dev"),
        *(("--dev-bind", KVM, KVM) if boot.kvm else ()),
        *("--size", str(1 << 20), "--tmpfs", "/tmp"),  # noqa: S108 — inside of the sandbox
        *root.arguments,
        *guestroot.SEALED,
        "--",
        *_machine(world, boot),
        *("-kernel", _OWN_DESCRIPTOR.format(image)),
        *("-initrd", _OWN_DESCRIPTOR.format(initrd)),
        *_disks(world),
    )
    return Invocation(
        arguments=arguments, files={**root.files, image: boot.image, initrd: boot.initrd}
    )


def _machine(world: World, boot: Boot) -> tuple[str, ...]:
    board = BOARDS[boot.machine]
    return (
        *(board.program, "-nodefaults", "-no-user-config", "-display", "none"),
        # A reboot would begin a second life, which nobody asked for.
        "-no-reboot",
        *("-machine", board.machine, "-accel", "kvm" if boot.kvm else "tcg", "-cpu", "max"),
        *("-m", f"{world.environment.limits.memory >> 20}M"),
        # Testing its own ciphers takes a kernel that is translated a third of a second.
        *("-append", f"console={board.console} quiet loglevel=1 panic=-1 cryptomgr.notests=1"),
        *("-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"),
        # Those of the shells count from 1. Not the consoles of virtio, which lose what the host
        # does not read in time.
        *(("-device", board.serial) if board.console != "ttyS0" else ()),
        *_terminal(board.serial, "user", USER_FD),
        *_terminal(board.serial, "root", ROOT_FD),
        # The first device of its kind, hence the 0 in the name of the line.
        *("-device", "virtio-serial-pci", "-chardev", f"socket,id=line,fd={LINE_FD}"),
        *("-device", f"virtserialport,chardev=line,nr={LINE[-1]}"),
        # The sandbox composes the directory from several file systems.
        *("-fsdev", f"local,id=root,path={GUEST},readonly=on,security_model=none,multidevs=remap"),
        *("-device", f"virtio-9p-pci,fsdev=root,mount_tag={TAG}"),
    )


def _terminal(device: str, name: str, fd: int) -> tuple[str, ...]:
    path = _OWN_DESCRIPTOR.format(fd)
    return ("-chardev", f"serial,id={name},path={path}", "-device", f"{device},chardev={name}")


def _disks(world: World) -> tuple[str, ...]:
    """Nobody needs them after the machine, so nothing waits until they are written."""
    words: list[str] = []
    for fd in guestroot.disk_descriptors(world.mounts):
        file = f"file={_OWN_DESCRIPTOR.format(fd)},format=raw,file.locking=off"
        words += ("-drive", f"if=virtio,{file},cache=unsafe,discard=unmap")
    return tuple(words)
