"""What a User-mode Linux in bubblewrap is given: a pure function of world, layouts and disks.

The kernel runs as an ordinary process. It takes its root file system from a directory of the
sandbox through hostfs, its disks and terminals from descriptors.
Source: bwrap(1) 0.8, "User Mode Linux HOWTO" of the kernel's documentation, proc(5).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..model import World
from . import bubblewrap, guestroot
from .bubblewrap import Invocation
from .guestroot import GUEST, LINE_FD, ROOT_FD, USER_FD, Devices, Systems

NAME = "User-mode Linux"
KERNEL = "/usr/bin/linux.uml"
PACKAGES = ("user-mode-linux",)
"""Debian's."""
MACHINES = ("x86_64", "i686")
"""The processors that it runs on, named as in uname(1)."""
DEVICES = Devices(line="tty3", terminals="tty", disks="ubd", sized=True)
LEAST_MEMORY = 40 << 20
_OWN_MEMORY = 128 << 20
"""Bytes that the kernel needs in /dev/shm besides those that it gives to the machine."""


def texts(world: World) -> Mapping[str, str]:
    """The files beside guest.pl, by name."""
    return guestroot.texts(world, DEVICES, "x86_64")


def invocation(
    world: World, systems: Systems, inputs: Mapping[str, Path], scripts: Path, *, first_fd: int
) -> Invocation:
    """What boots the machine; see guestroot.composed for what it is given."""
    memory = str(world.environment.limits.memory + _OWN_MEMORY)
    root = guestroot.composed(world, systems.guest, inputs, scripts, first_fd=first_fd)
    arguments = (
        *bubblewrap.ISOLATION,
        *guestroot.kernel_system(systems.kernel),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", memory, "--tmpfs", "/dev/shm"),
        *("--size", str(1 << 20), "--tmpfs", "/tmp"),
        *root.arguments,
        *guestroot.SEALED,
        # Where the kernel keeps the memory of the machine, and its own directory.
        *("--setenv", "TMPDIR", "/dev/shm", "--setenv", "HOME", "/tmp"),
        "--",
        *_kernel(world),
    )
    return Invocation(arguments=arguments, files=root.files)


def _kernel(world: World) -> tuple[str, ...]:
    disks = guestroot.disk_descriptors(world.mounts)
    init, *arguments = guestroot.INIT
    return (
        KERNEL,
        f"mem={world.environment.limits.memory >> 20}M",
        *("root=/dev/root", "rootfstype=hostfs", f"rootflags={GUEST}", "ro"),
        *("con=null", "con0=fd:0,fd:1", f"con1=fd:{USER_FD}", f"con2=fd:{ROOT_FD}"),
        f"con3=fd:{LINE_FD}",
        *(f"ubd{number}=/dev/fd/{fd}" for number, fd in enumerate(disks)),
        # A reboot would begin a second life, which nobody asked for.
        *("noreboot", "quiet", "loglevel=1"),
        # Measuring how fast the processor loops, and which of the RAID codes is the fastest,
        # takes most of a second; terminals of an older kind, and a file system that no post can
        # ask for, a few hundredths. For each of 64 serial lines a kernel of 6.1 would try to start
        # /sbin/hotplug, which takes a tenth of a second.
        *("lpj=20000000", "pty.legacy_count=0"),
        "initcall_blacklist=raid6_select_algo,init_jfs_fs,ssl_init",
        *(f"init={init}", "--", *arguments),
    )
