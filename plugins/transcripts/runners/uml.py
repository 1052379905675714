"""What a User-mode Linux in bubblewrap is given: a pure function of world, layouts and disks.

The kernel runs as an ordinary process. It takes its root file system from a directory of the
sandbox through hostfs, its disks and terminals from descriptors.
Source: bwrap(1) 0.8, "User Mode Linux HOWTO" of the kernel's documentation, proc(5).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model import Environment, Mount, World
from . import bubblewrap
from .bubblewrap import UID, Invocation, Layout

GUEST = "/guest"
"""Where the sandbox has the machine's root file system."""
SCRIPTS = "/.transcripts"
"""Where the machine finds what the host tells it; writable for the host alone."""
KERNEL = "/usr/bin/linux.uml"
LINE_FD, USER_FD, ROOT_FD = 20, 21, 22
"""The serial line of requests, and the terminals of the two shells."""
FIRST_DISK_FD = 23
DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
"""What shells want in /dev besides the kernel's own."""
_LOADER = "/lib64/ld-linux-x86-64.so.2"
_DIRECTORIES = (
    "",
    "/home",
    "/var",
    "/proc",
    "/sys",
    "/dev",
    "/tmp",
    "/var/tmp",
    "/run",
    "/root",
    "/mnt",
)
_OWN_MEMORY = 128 << 20
"""Bytes that the kernel needs in /dev/shm besides those that it gives to the machine."""
_PROGRAMS_OF_SETUP = 64
"""Processes of the kernel and of ours, which count as the session's own do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Systems:
    """The two root file systems of a sandbox with a machine."""

    kernel: Layout
    """Has the kernel, and the library that it needs."""
    guest: Layout


def invocation(
    world: World, systems: Systems, inputs: Mapping[str, Path], scripts: Path, *, first_fd: int
) -> Invocation:
    """What boots the machine; file descriptors of its files count from ``first_fd``.

    ``scripts`` is the directory that it shall see as SCRIPTS.
    """
    environment = world.environment
    covers, files = bubblewrap.covered(environment, systems.guest, GUEST, first_fd=first_fd)
    memory = str(environment.limits.memory + _OWN_MEMORY)
    made = (*_DIRECTORIES, bubblewrap.home(environment), *(mount.path for mount in world.mounts))
    arguments = (
        *bubblewrap.ISOLATION,
        *bubblewrap.system(systems.kernel),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", memory, "--tmpfs", "/dev/shm"),
        *("--size", str(1 << 20), "--tmpfs", "/tmp"),
        # Before what is bound below them, as bwrap makes parents for the owner alone.
        *(word for path in made for word in ("--perms", "0755", "--dir", f"{GUEST}{path}")),
        *bubblewrap.system(systems.guest, GUEST),
        *covers,
        *bubblewrap.given(inputs, GUEST),
        *("--ro-bind", str(scripts), f"{GUEST}{SCRIPTS}"),
        # Where the kernel keeps the memory of the machine, and its own directory.
        *("--setenv", "TMPDIR", "/dev/shm", "--setenv", "HOME", "/tmp"),
        "--",
        *_kernel(world),
    )
    return Invocation(arguments=arguments, files=files)


def _kernel(world: World) -> tuple[str, ...]:
    disks = [mount for mount in world.mounts if mount.kind != "tmpfs"]
    return (
        KERNEL,
        f"mem={world.environment.limits.memory >> 20}M",
        *("root=/dev/root", "rootfstype=hostfs", f"rootflags={GUEST}", "ro"),
        *("con=null", "con0=fd:0,fd:1", f"con1=fd:{USER_FD}", f"con2=fd:{ROOT_FD}"),
        *("ssl=null", f"ssl0=fd:{LINE_FD}"),
        *(
            f"ubd{n}=/dev/fd/{fd}"
            for n, fd in enumerate(range(FIRST_DISK_FD, FIRST_DISK_FD + len(disks)))
        ),
        # A reboot would begin a second life, which nobody asked for.
        *("noreboot", "quiet", "loglevel=1"),
        # Measuring how fast the processor loops, and which of the RAID codes is the fastest,
        # takes most of a second; terminals of an older kind, and a file system that no post can
        # ask for, a few hundredths.
        *("lpj=20000000", "pty.legacy_count=0"),
        "initcall_blacklist=raid6_select_algo,init_jfs_fs",
        # What the kernel does not know becomes the environment of the first process. Without a
        # SHELL, bash would ask the name service for one.
        *("SHELL=/bin/bash", "init=/bin/bash"),
        *("--", "--noprofile", "--norc", f"{SCRIPTS}/guest.sh"),
    )


# --- What the machine reads at its start ------------------------------------------------


def texts(world: World) -> Mapping[str, str]:
    """The files beside guest.sh, by name."""
    environment, home = world.environment, bubblewrap.home(world.environment)
    settings = {
        "line": "ttyS0",
        "terminals": "tty",
        "loader": _LOADER,
        "host": environment.host,
        "user": environment.user,
        "processes": str(environment.limits.processes),
        "threads": str(environment.limits.processes + _PROGRAMS_OF_SETUP),
        "file_size": str(environment.limits.file_size >> 10),
    }
    return {
        "settings": _assignments(settings),
        "user": _environment(_early(environment, environment.user, home)),
        "root": _environment(_early(environment, "root", "/root")),
        "fstab": "".join(f"{line}\n" for line in _fstab(world, home)),
        "mounts": "".join(f"{line}\n" for line in _mounts(world.mounts)),
    }


def _assignments(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def prelude(environment: Environment) -> str:
    """What a shell begins with: the variables for which programs read files as they start.

    Those that start the shell need not read them.
    """
    return f"export LANG={shlex.quote(environment.locale)} TERM={bubblewrap.TERM}; "


def _early(environment: Environment, user: str, home: str) -> Mapping[str, str]:
    values = bubblewrap.variables(environment, user, home)
    return {name: value for name, value in values.items() if name not in ("LANG", "TERM")}


def _environment(values: Mapping[str, str]) -> str:
    """Go home, and define what starts a program with these variables alone."""
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
    return f'cd {shlex.quote(values["HOME"])}\nwith_environment() {{ {words} SHLVL=0 "$@"; }}\n'


def _fstab(world: World, home: str) -> tuple[str, ...]:
    size = f"size={world.environment.limits.storage}"
    return (
        "proc /proc proc defaults",
        "sysfs /sys sysfs defaults",
        "devpts /dev/pts devpts mode=620,ptmxmode=666,X-mount.mkdir",
        f"tmpfs /dev/shm tmpfs mode=1777,{size},X-mount.mkdir",
        *(f"tmpfs {path} tmpfs mode=1777,{size}" for path in ("/tmp", "/var/tmp", "/run")),
        f"tmpfs {home} tmpfs mode=755,uid={UID},gid={UID},{size}",
        f"tmpfs /root tmpfs mode=700,{size}",
    )


def _mounts(mounts: tuple[Mount, ...]) -> list[str]:
    """A line for each: its number, type, device, path, options, and how to make it."""
    lines, disks = [], 0
    for number, mount in enumerate(mounts):
        # Below another mount there is no directory for it yet.
        options = ",".join((*mount.options, "X-mount.mkdir"))
        if mount.kind == "tmpfs":
            device, options = "tmpfs", f"size={mount.size},{options}"
        else:
            device, disks = f"/dev/ubd{chr(ord('a') + disks)}", disks + 1
        lines.append(f"{number} {mount.kind} {device} {mount.path} {options} {_make(mount)}")
    return lines


def _make(mount: Mount) -> str:
    inode, block = mount.inode_size, mount.block_size
    match mount.kind:
        case "tmpfs":
            return ""
        case "xfs":
            words = [f"-i size={inode}"] if inode else []
            words += [f"-b size={block}"] if block else []
            return " ".join(("mkfs.xfs -q -f", *words))
        case "btrfs":
            return "mkfs.btrfs -q -f"
        case kind:
            words = [f"-I {inode}"] if inode else []
            words += [f"-b {block}"] if block else []
            return " ".join((f"mkfs.{kind} -q -F", *words))
