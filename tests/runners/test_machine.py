"""What only a machine gives: root, file systems, a kernel of its own, and its end."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from transcripts.errors import SandboxError
from transcripts.model import Limits, Location, Mount
from transcripts.model import World as Described
from transcripts.runners import open_sandbox
from transcripts.runners.machine import _SCRIPT
from transcripts.runners.sandbox import Ran, Refused, Supplies
from transcripts.runners.scratch import scratch

from .conftest import (
    PATIENCE,
    Read,
    Step,
    Timed,
    World,
    Write,
    as_root,
    gone,
    processes_of_ours,
    shown,
)

MIB = 1 << 20


def _mount(path: str, kind: str, size: int = 64 * MIB, **more: Any) -> Mount:
    place = Location(path="post.md", line=4)
    return replace(Mount(path=path, kind=kind, size=size, options=(), location=place), **more)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that a sandbox's identity can enter, as those of pytest it cannot."""
    with tempfile.TemporaryDirectory(prefix="tested-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def left(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where machines put what they need on the host."""
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_the_first_process_is_perl_that_nothing_is_to_be_said_of() -> None:
    checked = subprocess.run(["perl", "-wc", _SCRIPT], capture_output=True, text=True, check=False)
    assert checked.stderr == f"{_SCRIPT} syntax OK\n"


# --- Two users --------------------------------------------------------------------------


def test_root_and_the_user_have_shells_of_their_own(machine: World) -> None:
    user, root, user_again, root_again = machine.play(
        "id -un; pwd; echo $HOME $USER $SHELL; cd /tmp; x=user; umask 077",
        as_root("id -un; pwd; echo $HOME $USER $SHELL; cd /mnt; x=root"),
        "echo $x $PWD; umask",
        as_root("echo $x $PWD; umask; grep CapEff /proc/self/status | tr -d '0\\t'"),
        user="ada",
    )
    assert shown(user) == "ada\n/home/ada\n/home/ada ada /bin/bash\n"
    assert shown(root) == "root\n/root\n/root root /bin/bash\n"
    assert shown(user_again) == "user /tmp\n0077\n"
    assert shown(root_again) == "root /mnt\n0022\nCapEff:1ffffffffff\n"


def test_files_are_written_and_read_by_whom_the_step_names(machine: World) -> None:
    *refusals, owners, read = machine.play(
        Write("/root/secret", "x\n"),
        Write("/root/secret", "x\n", root=True),
        Write("f", "mine\n"),
        Write("f", "root's\n", root=True),
        Read("/root/secret", root=True),
        as_root("stat -c '%U %n' f /root/secret /home/reader/f"),
        Read("f", root=True),
    )
    assert "Permission denied" in refusals.pop(0)
    assert refusals == [None, None, None, b"x\n"]
    assert shown(owners) == "root f\nroot /root/secret\nreader /home/reader/f\n"
    assert read == b"root's\n"


def test_the_user_is_not_root_and_cannot_speak_to_root_s_shell(machine: World) -> None:
    refused = (
        "echo id | cat >/.transcripts/commands2",
        "echo x >/.transcripts/settings",
        "cat /root/x",
        "dmesg --clear",
        "cat /dev/mem",
    )
    ran = machine.play(as_root("echo secret >/root/x"), *refused, as_root("echo $?"))
    assert [bool(one.status) for one in ran] == [False] + [True] * len(refused) + [False]
    assert shown(ran[-1]) == "0\n"


def test_neither_shell_has_what_feeds_the_other(machine: World) -> None:
    look = "ls -l /proc/$$/fd /proc/self/fd | grep -o 'commands[12]' | sort -u"
    user, root, _, again = machine.play(look, as_root(look), "exit", look)
    assert (shown(user), shown(root)) == ("commands1\n", "commands2\n")
    assert shown(again) == "commands1\n"


def test_root_becomes_the_user_without_a_password(machine: World) -> None:
    ran = machine.play(as_root("su reader -c 'id -un'"), as_root("su - reader -c pwd"), "su -c id")
    assert [shown(one) for one in ran[:2]] == ["reader\n", "/home/reader\n"]
    assert ran[2].status != 0


def test_a_shell_has_the_rights_of_its_owner_and_nothing_of_the_first_process_s(
    machine: World,
) -> None:
    fields = "Uid|Gid|Groups|SigBlk|SigIgn|CapPrm|CapEff|NoNewPrivs"
    ids = f"grep -E '^({fields}):' /proc/self/status | tr -d '\\t '"
    look = f"{ids}; ulimit -c; ulimit -Hf; ls /proc/self/fd | tr '\\n' ' '"
    user, root = machine.play(look, as_root(look), limits=Limits(file_size=MIB))
    none, every = f"{0:016x}", f"{(1 << 41) - 1:016x}"
    for shell, uid, capabilities in ((user, 1000, none), (root, 0, every)):
        assert _lines(shell) == [
            *(f"Uid:{uid}{uid}{uid}{uid}", f"Gid:{uid}{uid}{uid}{uid}", "Groups:"),
            *(f"SigBlk:{none}", f"SigIgn:{none}"),
            *(f"CapPrm:{capabilities}", f"CapEff:{capabilities}", "NoNewPrivs:1"),
            *("0", "1024", "0 1 2 3 "),
        ]


def test_a_dead_shell_of_root_s_gets_a_new_one_beside_the_user_s(machine: World) -> None:
    _, died, new, user = machine.play(
        "x=kept", as_root("exit 3"), as_root("id -un; pwd"), "echo $x"
    )
    assert (died.status, died.notes) == (3, ("the shell ended; what follows runs in a new one",))
    assert (shown(new), shown(user)) == ("root\n/root\n", "kept\n")


def test_root_can_do_what_root_does_and_reaches_no_file_of_the_host(
    machine: World, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret\n")
    tried = machine.play(
        as_root("hostname other; uname -n"),
        as_root("mkdir /tmp/m; mount -t tmpfs none /tmp/m; stat -fc %T /tmp/m"),
        as_root("mkdir /tmp/h; mount -t hostfs -o / none /tmp/h; ls /tmp/h"),
        as_root(f"cat /tmp/h{tmp_path}/secret"),
        as_root("cat /tmp/h/etc/shadow"),
        as_root("echo x >/tmp/h/guest/usr/x"),
        as_root("echo x >/usr/x"),
    )
    assert [one.status for one in tried[:3]] == [0, 0, 0]
    assert (shown(tried[0]), shown(tried[1])) == ("other\n", "tmpfs\n")
    assert "guest" in shown(tried[2]).split()  # the sandbox around it is all that there is
    assert [one.status for one in tried[3:]] == [1, 1, 1, 1], tried[3:]


# --- Mounts -----------------------------------------------------------------------------

ALL = (
    _mount("/mnt/e2", "ext2"),
    _mount("/mnt/e3", "ext3", inode_size=128),
    _mount("/mnt/e4", "ext4", options=("noatime", "data=journal"), block_size=4096),
    _mount("/mnt/x", "xfs", 320 * MIB, inode_size=512),
    _mount("/mnt/b", "btrfs", 128 * MIB, options=("nodatacow",)),
    _mount("/mnt/t", "tmpfs", 16 * MIB, options=("nosuid",)),
)


def test_file_systems_are_made_mounted_and_thrown_away(machine: World, left: Path) -> None:
    kinds, options, inode, sizes, owners, swap, kernel, told = machine.play(
        "stat -fc %T /mnt/*",
        "grep -oE '/mnt/(e4|b|t) .*' /proc/mounts",
        as_root("tune2fs -l /dev/ubdb | grep 'Inode size' | tr -d ' \\t'"),
        "df -k --output=size /mnt/* | tail -n +2",
        "for d in /mnt/*; do echo x >$d/f && stat -c %U $d $d/f; done",
        as_root(
            "fallocate -l 20M /mnt/e4/swap && chmod 600 /mnt/e4/swap && mkswap -q /mnt/e4/swap"
            " && swapon /mnt/e4/swap && tail -n +2 /proc/swaps | cut -d' ' -f1 && swapoff -a"
        ),
        "dmesg | grep -c 'EXT4-fs (ubd[a-c]): mounted filesystem'",
        lambda sandbox: sandbox.filesystem,
        mounts=ALL,
    )
    assert shown(kinds).split() == ["btrfs", "ext2/ext3", "ext2/ext3", "ext2/ext3", "tmpfs", "xfs"]
    passed = {words[0]: set(words[2].split(",")) for words in map(str.split, _lines(options))}
    assert passed["/mnt/e4"] >= {"noatime", "data=journal"}
    assert passed["/mnt/b"] >= {"nodatacow"}
    assert passed["/mnt/t"] >= {"nosuid", "size=16384k"}
    assert shown(inode) == "Inodesize:128\n"
    for size, mount in zip(map(int, shown(sizes).split()), sorted(ALL, key=_path), strict=True):
        assert 0.7 * mount.size <= size << 10 <= mount.size, mount
    assert set(shown(owners).split()) == {"reader"}
    assert shown(swap) == "/mnt/e4/swap\n"
    assert int(shown(kernel)) >= 2
    assert told == "ext2, ext3, ext4, xfs, btrfs, tmpfs"
    (empty,) = machine.play("ls /mnt/e2", mounts=ALL[:1])
    assert shown(empty) == "lost+found\n"
    assert not list(left.iterdir())


def _lines(ran: Ran) -> list[str]:
    return shown(ran).splitlines()


def _path(mount: Mount) -> str:
    return mount.path


def test_a_mount_may_be_read_only_or_below_another_or_in_the_place_of_tmp(machine: World) -> None:
    mounts = (
        _mount("/mnt/d", "ext4"),
        _mount("/mnt/d/e/f", "ext2", options=("ro",)),
        _mount("/tmp", "ext3"),
        _mount("/tmp/new", "tmpfs"),
    )
    refused, kinds = machine.play(
        "touch /mnt/d/e/f/x", "df --output=fstype /mnt/d /mnt/d/e/f /tmp /tmp/new", mounts=mounts
    )
    assert "Read-only file system" in shown(refused)
    assert shown(kinds).split()[1:] == ["ext4", "ext2", "ext3", "tmpfs"]


BAD_MOUNTS = [
    (_mount("/mnt/x", "xfs", 16 * MIB), "Filesystem must be larger than 300MB"),
    (_mount("/mnt/e", "ext4", 8 << 10), "Not enough space to build proposed filesystem"),
    (_mount("/mnt/b", "btrfs", MIB), "too small to make a usable filesystem"),
    (_mount("/mnt/e", "ext4", options=("nosuch",)), "ext4: Unknown parameter 'nosuch'"),
    (_mount("/mnt/t", "tmpfs", options=("nosuch=1",)), "tmpfs: Unknown parameter 'nosuch'"),
    (_mount("/mnt/e", "ext4", inode_size=100), "invalid inode size 100 (min 128/max 1024)"),
    (_mount("/usr/not/there", "ext4"), "/usr/not/there: "),
    # What the kernel says nothing of, whatever it said last.
    (_mount("/mnt/e", "ext4", options=("remount",)), "mount point not mounted or bad option"),
    (_mount("/mnt/e", "ext4", options=("bind",)), "system call failed: Not a directory"),
    (
        _mount("/mnt/b", "btrfs", 128 * MIB, options=("subvol=no",)),
        "system call failed: No such file or directory",
    ),
]


@pytest.mark.parametrize(("mount", "reason"), BAD_MOUNTS, ids=lambda case: str(case)[:60])
def test_a_mount_that_fails_is_named_with_its_line_and_its_reason(
    machine: World, mount: Mount, reason: str
) -> None:
    with pytest.raises(Refused) as refusal:
        machine.play("true", mounts=(ALL[-1], mount))
    said = str(refusal.value)
    assert said.startswith(f"post.md:4: {mount.path} could not be mounted: ")
    assert reason in said
    assert said.endswith("; mend its size or its options")
    assert not re.search(r"\n|\.;|\.transcripts", said)


def test_a_file_system_without_its_tool_is_named(machine: World, place: Path) -> None:
    """A root file system of its own lacks what nobody asked for."""
    described = Described(environment=machine.environment(), mounts=(ALL[0],))
    with pytest.raises(
        Refused, match=r"^post\.md:4: /mnt/e2 could not .*: there is no mkfs\.ext2; "
    ):
        _open(described, Supplies(root=_small_root(place, "bash", "mount", "perl")))


def test_a_system_without_perl_is_named_with_its_cure(machine: World, place: Path) -> None:
    described = Described(environment=machine.environment())
    with pytest.raises(SandboxError, match=r"has no /usr/bin/perl, .*; install it with 'apt "):
        _open(described, Supplies(root=_small_root(place, "bash", "mount")))


def _open(described: Described, supplies: Supplies) -> None:
    async def opened() -> None:
        async with open_sandbox(described, supplies):
            pass

    asyncio.run(opened())


def _small_root(place: Path, *programs: str) -> Path:
    root = place / "root"
    (root / "usr").mkdir(parents=True)
    for top in ("bin", "sbin", "lib", "lib64"):
        (root / top).symlink_to(f"usr/{top}")
    for directory in ("usr/bin", "usr/lib64", "usr/lib/x86_64-linux-gnu", "usr/sbin", "etc"):
        (root / directory).mkdir(parents=True, exist_ok=True)
    for path in (*(Path("/usr/bin") / name for name in programs), *_libraries()):
        shutil.copy(path, root / path.relative_to("/"))
    for name in ("passwd", "group"):
        (root / "etc" / name).touch()
    return root


def _libraries() -> list[Path]:
    places = (Path("/usr/lib64"), Path("/usr/lib/x86_64-linux-gnu"))
    names = ("ld-linux", "libc.so", "libtinfo", "libmount", "libblkid", "libselinux", "libpcre2-8")
    return [
        path
        for place in places
        for path in place.iterdir()
        if path.name.startswith((*names, "libcrypt.so", "libm.so")) and ".so." in path.name
    ]


# --- What this computer cannot hold -----------------------------------------------------


def _refusal(machine: World, *mounts: Mount, **settings: Any) -> str:
    before = processes_of_ours()
    with pytest.raises(Refused) as refusal:
        machine.play(lambda _: processes_of_ours() - before, mounts=mounts, **settings)
    return str(refusal.value)


def test_disks_larger_than_the_free_space_are_refused_at_their_line(machine: World) -> None:
    found = os.statvfs("/var/tmp")
    free = found.f_bavail * found.f_frsize
    half = free // 2 + (256 << 20)
    said = _refusal(machine, _mount("/mnt/a", "ext4", half), _mount("/mnt/b", "ext4", half))
    assert said.startswith(f"post.md:4: /mnt/b wants {half >> 20} MiB, but /var/tmp has ")
    assert said.endswith(" MiB left for it; write a smaller size=")


def test_a_tmpfs_larger_than_the_machine_s_memory_is_refused_at_its_line(machine: World) -> None:
    said = _refusal(machine, _mount("/mnt/t", "tmpfs", 257 * MIB), limits=Limits(memory=256 * MIB))
    assert said == (
        "post.md:4: /mnt/t wants 257 MiB, but the machine has 256 MiB of memory;"
        " write a smaller size="
    )


def test_more_disks_than_a_machine_has_are_refused(machine: World) -> None:
    disks = [_mount(f"/mnt/{number}", "ext4", MIB) for number in range(17)]
    assert _refusal(machine, *disks) == (
        "post.md:4: a machine has 16 disks at most; remove this one"
    )


def test_sixteen_disks_are_there(machine: World) -> None:
    disks = [_mount(f"/mnt/{number}", "ext2", MIB) for number in range(16)]
    (ran,) = machine.play("grep -c ' ext2 ' /proc/mounts", mounts=tuple(disks))
    assert shown(ran) == "16\n"


def test_a_system_without_the_kernel_is_named_with_its_cure(machine: World, tmp_path: Path) -> None:
    described = Described(environment=machine.environment())
    with pytest.raises(SandboxError, match=r"has no /usr/bin/linux\.uml; install it with 'apt "):
        _open(described, Supplies(kernel=tmp_path))


@pytest.mark.parametrize("memory", [1, 8 * MIB, 24 * MIB, 1 << 40])
def test_memory_with_which_no_kernel_boots_is_refused_by_the_name_of_its_setting(
    machine: World, memory: int
) -> None:
    with pytest.raises(SandboxError) as refusal:
        machine.play("true", limits=Limits(memory=memory))
    assert str(refusal.value) == (
        f"TRANSCRIPTS_ENVIRONMENTS['tested']['limits']['memory'] = {memory}; write 40 << 20 to"
        " 500 << 30, as a machine of User-mode Linux has 40 MiB to 500 GiB"
    )


@pytest.mark.parametrize("memory", [40 * MIB, 500 << 30])
def test_a_machine_boots_with_the_least_and_the_most_memory(machine: World, memory: int) -> None:
    (ran,) = machine.play("echo here", limits=Limits(memory=memory))
    assert shown(ran) == "here\n"


def test_of_a_kernel_that_dies_at_its_start_one_line_is_told(
    machine: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcripts.runners.uml.LEAST_MEMORY", 1)
    with pytest.raises(SandboxError) as refusal:
        machine.play("true", limits=Limits(memory=20 * MIB))
    assert re.search(r": Kernel panic - not syncing: [^\n]*$", str(refusal.value))


# --- The end of a machine ---------------------------------------------------------------

GROW = "x=$(printf '%01000000d' 0); while :; do x=$x$x; done"
ENDS = {
    "panic": (as_root("echo c >/proc/sysrq-trigger"), "Kernel panic - not syncing: sysrq"),
    "poweroff": (as_root("poweroff -f"), "the machine ended"),
    "reboot": (as_root("reboot -f"), "the machine ended"),
    "halt": (as_root("halt -f"), "the machine ended"),
}


@pytest.mark.parametrize(("step", "note"), ENDS.values(), ids=ENDS)
def test_the_end_of_a_machine_is_told_and_what_follows_is_not_run(
    machine: World, step: Timed, note: str
) -> None:
    limits = Limits(memory=128 * MIB)
    seen, ended, user, root, refusal = machine.play(
        lambda _: processes_of_ours(),
        step,
        "echo after",
        as_root("echo after"),
        Read("f"),
        limits=limits,
    )
    assert (ended.status, ended.failed) == (255, True)
    assert note in ended.notes[-1]
    for after in (user, root):
        assert (after.output, after.status, after.failed) == (b"", 255, True)
        assert after.notes == ("the sandbox had ended",)
    assert isinstance(refusal, str)
    assert seen
    assert gone(seen)


def test_what_does_not_end_a_machine_lets_the_session_go_on(machine: World) -> None:
    limits = Limits(memory=128 * MIB, processes=50)
    bomb = "f() { f | f & }; f"
    kill, user_bomb, after_bomb, hog, after_hog, shell, after_shell = machine.play(
        as_root("kill -9 1; kill -STOP 1; kill -0 1"),
        Timed(bomb, 5),
        as_root("pkill -9 -u reader; echo after"),
        "perl -e '$x .= q(x) x (1 << 20) while 1'",
        "echo after",
        Timed(GROW, PATIENCE),
        "echo after",
        limits=limits,
    )
    assert kill.status == 0
    assert not user_bomb.output or user_bomb.status
    assert shown(after_bomb) == "after\n"
    assert hog.status != 0
    assert shown(after_hog).endswith("after\n")
    assert shell.status != 0
    assert shell.notes == ("the shell ended; what follows runs in a new one",)
    assert shown(after_shell) == "after\n"


def test_a_command_is_not_charged_with_a_death_that_came_before_it(machine: World) -> None:
    _, killed, spared, after = machine.play("x=1", as_root("kill -9 -1"), "echo $x-", "echo after")
    assert (killed.status, killed.notes) == (0, ())
    assert (shown(spared), spared.status, spared.failed) == ("-\n", 0, False)
    assert spared.notes == ("the shell had ended before; this ran in a new one",)
    assert (shown(after), after.notes) == ("after\n", ())


def test_a_machine_without_its_devices_says_so_at_its_end(machine: World) -> None:
    ended, after = machine.play(as_root("mount -t tmpfs none /dev"), "echo after")
    assert ended.notes[-1] == "the machine ended: /dev/tty2: No such file or directory"
    assert after.notes == ("the sandbox had ended",)


def test_a_fork_bomb_of_root_s_ends_with_its_session(machine: World) -> None:
    seen, _ = machine.play(
        lambda _: processes_of_ours(),
        as_root("f() { f | f & }; f", 3),
        limits=Limits(processes=50),
    )
    assert gone(seen)


@pytest.mark.parametrize("delay", [0, 0.05, 0.2])
def test_an_interrupted_boot_leaves_nothing_behind(
    machine: World, left: Path, delay: float
) -> None:
    seen: set[int] = set()

    async def interrupted() -> None:
        async def booting() -> None:
            described = Described(environment=machine.environment(), mounts=ALL[:1])
            async with open_sandbox(described):
                await asyncio.sleep(PATIENCE)

        task = asyncio.create_task(booting())
        await asyncio.sleep(0)
        await asyncio.sleep(delay)
        seen.update(processes_of_ours())
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    assert seen
    assert gone(seen)
    assert not list(left.iterdir())


def test_two_machines_at_once_run_on_one_processor_each(machine: World) -> None:
    async def told() -> tuple[set[str], set[str], set[int]]:
        world, allowed = machine.described(), os.sched_getaffinity(0)
        async with open_sandbox(world):
            first = processes_of_ours()
            async with open_sandbox(world):
                second = processes_of_ours() - first
                return _processors(first), _processors(second), allowed

    first, second, allowed = asyncio.run(told())
    assert (len(first), len(second)) == (1, 1)
    assert len(first | second) == min(2, len(allowed))
    assert os.sched_getaffinity(0) == allowed


def _processors(processes: set[int]) -> set[str]:
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in processes]
    return {re.findall(r"Cpus_allowed_list:\s*(.*)", status)[0] for status in statuses}


def test_two_machines_at_once_do_not_see_each_other(machine: World) -> None:
    described = Described(environment=machine.environment(), mounts=(ALL[1],))

    async def both() -> list[str]:
        async with open_sandbox(described) as one, open_sandbox(described) as other:
            for number, sandbox in enumerate((one, other)):
                await sandbox.run(
                    f"echo {number} >/mnt/e3/f; touch /tmp/{number}; exec -a n{number} sleep 99 &",
                    timeout=PATIENCE,
                )
            await one.run("hostname one", timeout=PATIENCE, root=True)
            look = "cat /mnt/e3/f; ls /tmp; pgrep -a -f '^n[0-9]'| cut -d' ' -f2; uname -n"
            return [shown(await one.run(look, timeout=PATIENCE)) for one in (one, other)]

    assert asyncio.run(both()) == ["0\n0\nn0\none\n", "1\n1\nn1\nblog\n"]


# --- Provenance -------------------------------------------------------------------------


def test_the_machine_is_told_and_the_programs_of_its_sessions_alone(machine: World) -> None:
    *_, kernel, names = machine.play(
        "seq 3 | sort >f",
        as_root("mkdir /tmp/d"),
        Read("f"),
        Timed("while :; do :; done", 0.2),
        lambda sandbox: sandbox.kernel,
        lambda sandbox: {Path(path).name for path in sandbox.programs},
        mounts=(ALL[1],),
    )
    assert kernel.startswith("Linux ")
    assert kernel.endswith(" (User-mode Linux)")
    assert names == {"bash", "seq", "sort", "mkdir"}


@pytest.mark.parametrize("step", ["perl -e 1", as_root("perl -e 1"), "/usr/bin/perl -e 1"], ids=str)
def test_a_program_that_the_machine_runs_itself_is_told_where_a_session_runs_it(
    machine: World, step: Step
) -> None:
    started, ran = machine.play("true", step, lambda sandbox: sandbox.programs)[1:]
    assert started.status == 0
    assert ran == {"/bin/bash", "/usr/bin/perl"}


def test_what_makes_and_mounts_is_told_where_a_session_runs_it(machine: World) -> None:
    _, nothing, *_, ran = machine.play(
        "true",
        lambda sandbox: sandbox.programs,
        as_root("true"),
        as_root("umount /mnt/e2; mkfs.ext2 -qF /dev/ubda; mount /dev/ubda /mnt/e2"),
        lambda sandbox: sandbox.programs,
        mounts=ALL[:1],
    )
    assert nothing == {"/bin/bash"}
    names = {Path(path).name for path in ran}
    assert names >= {"bash", "mount", "umount"}
    assert names & {"mkfs.ext2", "mke2fs"}
    assert "perl" not in names


def test_root_reaches_nothing_private_and_nothing_unbounded_around_the_machine(
    machine: World,
) -> None:
    mounted, found, written = machine.play(
        as_root("mkdir /tmp/out && mount -t hostfs none /tmp/out -o /"),
        as_root("cd /tmp/out && ls -d etc opt root home var/lib/dpkg"),
        as_root("for place in . dev guest usr; do touch $place/new || echo refused; done"),
    )
    assert mounted.status == 0
    assert b"No such file" in found.output
    assert not [line for line in shown(found).splitlines() if "No such file" not in line]
    assert shown(written).count("refused\n") == 4


def test_a_directory_that_a_killed_run_left_is_swept(left: Path) -> None:
    (left / "transcripts-dead").mkdir()
    (left / "transcripts-dead" / "guest.pl").touch()
    with scratch() as alive, scratch() as other:
        assert set(left.iterdir()) == {alive, other}
    assert not list(left.iterdir())
