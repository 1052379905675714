"""A machine of QEMU, which boots for seconds without KVM: so one of them shows all at once.

The contract suite holds for it too; it runs in the machines that start faster.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from transcripts.model import Environment, Limits, Location, Mount, World
from transcripts.roots import default_shelf, parse_recipe, provide
from transcripts.runners import open_sandbox
from transcripts.runners.engines import kernel_packages
from transcripts.runners.sandbox import Ran, Refused, Sandbox, Supplies

from .conftest import PATIENCE, shown

_MIB = 1 << 20
_KINDS = {"ext2": 64, "ext3": 64, "ext4": 64, "xfs": 320, "btrfs": 128, "tmpfs": 64}
_HERE = Location(path="posts/disks.md", line=5)


def _mount(kind: str, size: int) -> Mount:
    return Mount(path=f"/mnt/{kind}", kind=kind, size=size * _MIB, options=(), location=_HERE)


def _world(*mounts: Mount) -> World:
    limits = Limits(memory=512 * _MIB)
    environment = Environment(name="old", runner="machine", emulator="qemu", limits=limits)
    return World(environment=environment, mounts=mounts)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What has QEMU, a kernel, and a static busybox: Debian's, so that none need be installed."""
    lock = tmp_path_factory.mktemp("qemu") / "requirements-roots.txt"
    recipe = parse_recipe("debian:bookworm", kernel_packages("qemu"))
    made = provide(recipe, lock=lock, shelf=default_shelf(), tell=print)
    return asyncio.run(made).tree


def test_a_session_has_its_disks_users_files_and_a_new_shell_after_each_mishap(
    system: Path,
) -> None:
    asyncio.run(_session(system, _world(*(_mount(kind, size) for kind, size in _KINDS.items()))))


async def _session(system: Path, world: World) -> None:
    async with open_sandbox(world, Supplies(kernel=system)) as sandbox:
        assert sandbox.kernel.startswith("Linux ")
        assert sandbox.kernel.endswith(" (QEMU)")
        assert sandbox.filesystem == "ext2, ext3, ext4, xfs, btrfs, tmpfs"
        await _users_and_terminals(sandbox)
        await _file_systems(sandbox)
        await _files(sandbox)
        await _mishaps(sandbox)
        panicked = await sandbox.run("echo c >/proc/sysrq-trigger", timeout=PATIENCE, root=True)
        assert panicked.failed
        assert panicked.notes == (
            "the machine ended: Kernel panic - not syncing: sysrq triggered crash",
        )


async def _users_and_terminals(sandbox: Sandbox) -> None:
    assert await _said(sandbox, "id -un; pwd; uname -n") == "reader\n/home/reader\nblog\n"
    assert await _said(sandbox, "id -un; pwd", root=True) == "root\n/root\n"
    assert await _said(sandbox, "stty size </dev/tty; [ -t 1 ] && echo yes") == "24 80\nyes\n"
    assert await _said(sandbox, "ls /sys/class/net; cat /etc/hostname") == "lo\nblog\n"
    assert (await _ran(sandbox, "touch /usr/new", root=True)).status == 1
    ran = {"/bin/bash", "/usr/bin/id", "/usr/bin/stty", "/usr/bin/cat"}
    assert ran <= sandbox.programs, "each is seen with its whole path"
    assert "/usr/bin/perl" not in sandbox.programs
    assert await _said(sandbox, "perl -e 'print 1'") == "1"
    assert "/usr/bin/perl" in sandbox.programs
    assert "/usr/local/bin" not in sandbox.programs


async def _file_systems(sandbox: Sandbox) -> None:
    for kind in _KINDS:
        command = f"cd /mnt/{kind} && echo new >file && findmnt -no FSTYPE -T file && cat file"
        assert await _said(sandbox, command) == f"{kind}\nnew\n"
    assert await _said(sandbox, "cd; wc -l </proc/swaps") == "1\n"
    await _said(sandbox, "cd /mnt/ext4 && fallocate -l 8M swap && chmod 600 swap", root=True)
    await _said(sandbox, "mkswap swap && swapon swap && swapoff swap && cd", root=True)


async def _files(sandbox: Sandbox) -> None:
    text = "täglich\n" * 20_000
    await sandbox.write("new/text", text)
    assert await _said(sandbox, "stat -c %U:%a new/text") == "reader:644\n"
    assert await sandbox.read("new/text", limit=_MIB) == text.encode()
    with pytest.raises(Refused, match="it has 180000 bytes, more than the limit of 9"):
        await sandbox.read("new/text", limit=9)
    with pytest.raises(Refused, match="Read-only file system"):
        await sandbox.write("/usr/new", "", root=True)


async def _mishaps(sandbox: Sandbox) -> None:
    late = await sandbox.run("sleep 600", timeout=1)
    assert (late.notes, late.failed) == (("timed out after 1 s",), True)
    dead = await sandbox.run("kill -9 $$", timeout=PATIENCE)
    assert dead.status == 137
    assert dead.notes == ("the shell ended; what follows runs in a new one",)
    assert await _said(sandbox, "stty size </dev/tty; seq 2000 | tail -1") == "24 80\n2000\n"


def test_a_mount_that_cannot_be_made_is_refused_at_its_line(system: Path) -> None:
    with pytest.raises(Refused, match=r"posts/disks.md:5: /mnt/xfs could not be mounted: "):
        asyncio.run(_session(system, _world(_mount("xfs", 4))))


async def _said(sandbox: Sandbox, command: str, *, root: bool = False) -> str:
    ran = await _ran(sandbox, command, root=root)
    assert (ran.status, ran.notes) == (0, ()), ran
    return shown(ran)


async def _ran(sandbox: Sandbox, command: str, *, root: bool = False) -> Ran:
    return await sandbox.run(command, timeout=PATIENCE, root=root)
