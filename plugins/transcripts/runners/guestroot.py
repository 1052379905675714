"""The root file system of a machine and what it reads there at its start: pure functions.

It is the same whatever emulates the machine; ``Devices`` says what differs.
Source: bwrap(1) 0.8, mount(2), proc(5), and for the numbers of system calls asm/unistd_64.h and
asm-generic/unistd.h.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..model import Environment, Mount, World
from . import bubblewrap
from .bubblewrap import UID, Invocation, Layout

GUEST = "/guest"
"""Where the sandbox has the machine's root file system."""
SCRIPTS = "/.transcripts"
"""Where the machine finds what the host tells it; writable for the host alone."""
PERL = "/usr/bin/perl"
INIT = (f"{SCRIPTS}/perl", f"{SCRIPTS}/guest.pl")
"""The first process, by a perl of its own: User-mode Linux keeps open what runs, and opens nothing
anew where a session starts it too, of which the host would then not be told."""
LINE_FD, USER_FD, ROOT_FD = 20, 21, 22
"""The serial line of requests, and the terminals of the two shells."""
FIRST_DISK_FD = 23
_LINKS = """\
/dev/fd /proc/self/fd
/dev/stdin /proc/self/fd/0
/dev/stdout /proc/self/fd/1
/dev/stderr /proc/self/fd/2
"""
"""What shells want in /dev besides the kernel's own."""
_CALLS = (
    *("mount", "setsid", "setgroups", "setresgid", "setresuid", "prctl", "prlimit64"),
    *("rt_sigprocmask", "signalfd4", "openat2"),
)
"""System calls that Perl has no word for."""
_PRIVATE = ("/etc", "/opt", "/var/lib/dpkg")
SEALED = ("--remount-ro", "/dev", "--remount-ro", "/")
"""Of the sandbox around the machine nothing can be written but what has a size."""
_DIRECTORIES = (
    *("", "/home", "/var", "/proc", "/sys", "/dev"),
    *("/tmp", "/var/tmp", "/run", "/root", "/mnt"),  # noqa: S108 — inside of the machine
)
_PROGRAMS_OF_SETUP = 64
"""Processes of the kernel and of ours, which count as the session's own do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Processor:
    """What differs from one to another."""

    loader: str
    calls: tuple[int, ...]
    """The numbers of _CALLS."""


_PROCESSORS = {
    "x86_64": _Processor(
        loader="/lib64/ld-linux-x86-64.so.2",
        calls=(165, 112, 116, 119, 117, 157, 302, 14, 289, 437),
    ),
    "aarch64": _Processor(
        loader="/lib/ld-linux-aarch64.so.1",
        calls=(40, 157, 159, 149, 147, 167, 261, 135, 74, 437),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Systems:
    """The two root file systems of a sandbox with a machine."""

    kernel: Layout
    """Has the kernel, and what runs it."""
    guest: Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Under which names in /dev the machine finds what it is given."""

    line: str
    """The one that carries requests."""
    terminals: str
    """Those of the shells begin so, and end with the shell's number."""
    disks: str
    """They begin so, and end with a letter."""
    sized: bool
    """Whether a terminal knows the size of the one on the host."""


def disk_descriptors(mounts: tuple[Mount, ...]) -> range:
    """The descriptors of the disks, in the order of the mounts that have one."""
    count = sum(mount.kind != "tmpfs" for mount in mounts)
    return range(FIRST_DISK_FD, FIRST_DISK_FD + count)


def composed(
    world: World, guest: Layout, inputs: Mapping[str, Path], scripts: Path, *, first_fd: int
) -> Invocation:
    """What gives the sandbox the machine's root file system as GUEST.

    File descriptors of its files count from ``first_fd``; ``scripts`` is the directory that the
    machine shall see as SCRIPTS.
    """
    environment = world.environment
    covers, files = bubblewrap.covered(environment, guest, GUEST, first_fd=first_fd)
    made = (*_DIRECTORIES, bubblewrap.home(environment), *(mount.path for mount in world.mounts))
    arguments = (
        # Before what is bound below them, as bwrap makes parents for the owner alone.
        *(word for path in made for word in ("--perms", "0755", "--dir", f"{GUEST}{path}")),
        *bubblewrap.system(guest, GUEST),
        *covers,
        *bubblewrap.given(inputs, GUEST),
        *("--ro-bind", str(scripts), f"{GUEST}{SCRIPTS}"),
    )
    return Invocation(arguments=arguments, files=files)


def kernel_system(kernel: Layout) -> tuple[str, ...]:
    """Bind only programs and libraries: through the kernel, root of the machine reads it all."""
    return bubblewrap.system(
        replace(kernel, directories=tuple(d for d in kernel.directories if d not in _PRIVATE))
    )


# --- What the machine reads at its start ------------------------------------------------


def texts(world: World, devices: Devices, machine: str) -> Mapping[str, str]:
    """The files beside guest.pl, by name; ``machine`` is a processor's name as in uname(1)."""
    environment, home = world.environment, bubblewrap.home(world.environment)
    processor = _PROCESSORS[machine]
    settings = {
        "line": devices.line,
        "terminals": devices.terminals,
        "loader": processor.loader,
        "host": environment.host,
        "uid": str(UID),
        "processes": str(environment.limits.processes),
        "threads": str(environment.limits.processes + _PROGRAMS_OF_SETUP),
        "file_size": str(environment.limits.file_size),
    }
    return {
        "settings": _pairs(settings),
        "calls": _pairs(dict(zip(_CALLS, map(str, processor.calls), strict=True))),
        "user": _pairs(_early(environment, environment.user, home)),
        "root": _pairs(_early(environment, "root", "/root")),
        "fstab": "".join(f"{line}\n" for line in _fstab(world, home)),
        "links": _LINKS,
        "mounts": "".join(f"{line}\n" for line in _mounts(world.mounts, devices)),
    }


def _pairs(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def prelude(environment: Environment, devices: Devices) -> str:
    """What a shell begins with: the variables for which programs read files as they start.

    Those that start the shell need not read them.
    """
    size = f"stty rows {environment.rows} columns {environment.columns}; "
    exported = f"export LANG={shlex.quote(environment.locale)} TERM={bubblewrap.TERM}; "
    return exported if devices.sized else exported + size


def _early(environment: Environment, user: str, home: str) -> Mapping[str, str]:
    values = bubblewrap.variables(environment, user, home)
    early = {name: value for name, value in values.items() if name not in ("LANG", "TERM")}
    return {**early, "SHLVL": "0"}


def _fstab(world: World, home: str) -> tuple[str, ...]:
    """What is mounted where, its type, and its options."""
    limits = world.environment.limits
    # Files in memory: a machine whose memory they fill ends or hangs.
    size = f"size={min(limits.storage, limits.memory // 2)}"
    return (
        "proc /proc proc",
        "sysfs /sys sysfs",
        "devpts /dev/pts devpts mode=620,ptmxmode=666",
        f"tmpfs /dev/shm tmpfs mode=1777,{size}",
        *(f"tmpfs {path} tmpfs mode=1777,{size}" for path in ("/tmp", "/var/tmp", "/run")),  # noqa: S108 — likewise
        f"tmpfs {home} tmpfs mode=755,uid={UID},gid={UID},{size}",
        f"tmpfs /root tmpfs mode=700,{size}",
    )


def _mounts(mounts: tuple[Mount, ...], devices: Devices) -> list[str]:
    """A line for each: its number, type, device, path, options, and how to make it."""
    lines, disks = [], 0
    for number, mount in enumerate(mounts):
        # Below another mount there is no directory for it yet.
        options = ",".join((*mount.options, "X-mount.mkdir"))
        if mount.kind == "tmpfs":
            device, options = "tmpfs", f"size={mount.size},{options}"
        else:
            device, disks = f"/dev/{devices.disks}{chr(ord('a') + disks)}", disks + 1
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
