"""What takes too long or too much is ended and named, and what follows still runs."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from transcripts.model import Limits
from transcripts.runners import open_sandbox
from transcripts.runners.sandbox import Ran

from .conftest import Timed, World, shown


def _told(ran: Ran) -> tuple[bool, str]:
    return ran.failed, ran.notes[0]


@pytest.mark.parametrize(
    "command",
    [
        "sleep 600",
        "while :; do :; done",
        "while :; do sleep 0.1; done",
        "bash -c \"trap '' INT TERM HUP; while :; do sleep 0.1; done\"",
        "trap '' INT TERM HUP; while :; do :; done",
        "read x </dev/tty",
        "sleep 600 | cat",
        "sleep 600 & wait",
        "kill -STOP $$",
        "cat /proc/$$/fd/255",
        "yes >/dev/null",
    ],
)
def test_a_command_that_does_not_end_is_timed_out(world: World, command: str) -> None:
    ran, after = world.play(Timed(command, 0.2), "echo after")
    assert _told(ran) == (True, "timed out after 0.2 s")
    assert (shown(after), after.status, after.notes) == ("after\n", 0, ())


def test_the_shell_outlives_a_program_that_was_timed_out(world: World) -> None:
    _, ran, after = world.play("x=kept", Timed("sleep 600", 0.5), 'echo "$x $?"')
    assert (ran.status, ran.notes) == (137, ("timed out after 0.5 s",))
    assert shown(after) == "kept 137\n"


def test_output_before_a_timeout_is_kept(world: World) -> None:
    (ran,) = world.play(Timed("echo before; sleep 600", 1.0))
    assert shown(ran).startswith("before\n")


def test_output_without_an_end_is_cut_and_timed_out(world: World) -> None:
    ran, after = world.play(Timed("yes", 0.5), "echo after", limits=Limits(output=8 << 10))
    assert ran.notes == ("timed out after 0.5 s", "output cut after 8 KiB")
    assert shown(after) == "after\n"


HOG = "perl -e '$x = \"x\" x (256 << 20); sleep 600'"


def test_a_program_that_takes_too_much_memory_is_killed(namespace: World) -> None:
    ran, after = namespace.commands(HOG, "echo after", limits=Limits(memory=128 << 20))
    assert _told(ran) == (True, "killed: the session used more than 128 MiB")
    assert shown(after) == "after\n"


def test_a_background_job_that_takes_too_much_memory_is_killed(namespace: World) -> None:
    _, ran, after = namespace.commands(
        f"{HOG} &", "sleep 600", "wait; echo after", limits=Limits(memory=128 << 20)
    )
    assert _told(ran) == (True, "killed: the session used more than 128 MiB")
    assert (shown(after), after.notes) == ("after\n", ())


GROW = "x=$(printf '%01000000d' 0); while :; do x=$x$x; done"


def test_a_shell_that_takes_too_much_memory_is_killed(namespace: World) -> None:
    ran, after = namespace.commands(GROW, "echo after", limits=Limits(memory=128 << 20))
    assert _told(ran) == (True, "killed: the session used more than 128 MiB")
    assert shown(after) == "after\n"


def test_a_fork_bomb_runs_into_the_limit_on_processes(world: World) -> None:
    bomb, after = world.commands(
        "perl -e 'fork // die \"$!\\n\" while 1' 2>&1 | grep -m1 Resource; wait",
        "echo after",
        limits=Limits(processes=50),
    )
    assert "Resource temporarily unavailable" in shown(bomb)
    assert shown(after).endswith("after\n")


def test_a_fork_bomb_in_the_background_ends_with_its_session(world: World) -> None:
    world.play(Timed("f() { f | f & }; f", 5.0), limits=Limits(processes=50))


@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/run", "/dev/shm", "/home/reader"])
def test_each_writable_place_is_bounded(world: World, place: str) -> None:
    ran, after = world.commands(
        f"head -c 3M /dev/zero >{place}/file",
        f"stat -c %s {place}/file; rm {place}/file",
        limits=Limits(storage=1 << 20),
    )
    assert ran.status == 1
    assert "No space left on device" in shown(ran)
    # The places of all hosts are one file system, in which each has a file of ours besides.
    assert (1 << 20) - (16384 if world.on else 0) <= int(shown(after)) <= 1 << 20


def test_nothing_else_is_writable(world: World) -> None:
    refused = [f"touch {top}/x" for top in ("", "/dev", "/dev/pts", "/etc", "/opt", "/usr", "/var")]
    for ran in world.commands(*refused):
        assert ran.status == 1, ran


def test_only_what_is_bounded_is_mounted_writable(world: World) -> None:
    mounts = [line.split() for line in world.output("cat /proc/mounts").splitlines()]
    writable = {path for _, path, kind, options, *_ in mounts if options.startswith("rw")}
    places = {"/tmp", "/var/tmp", "/run", "/dev/shm", "/home/reader"}
    assert writable >= places
    # Of a machine these are root's, and its memory is their bound.
    of_root = {"/root", "/sys", "/dev"} if world.runner == "machine" else set()
    of_root |= {"/root", "/shared"} if world.runner == "network" else set()
    others = writable - places - {"/proc", "/dev/pts"} - of_root
    assert {path for path in others if not path.startswith("/dev/")} == set()
    assert not others or set(_kinds(world, sorted(others))) == {"c"}


def _kinds(world: World, paths: list[str]) -> str:
    """For each path the letter that "ls -l" shows for its kind."""
    listed = world.output(f"ls -ldL {' '.join(paths)}")
    return "".join(line[0] for line in listed.splitlines())


def test_a_file_larger_than_the_limit_is_cut_by_the_kernel(world: World) -> None:
    ran, size = world.commands(
        "head -c 3M /dev/zero >file", "stat -c %s file", limits=Limits(file_size=1 << 20)
    )
    assert (shown(ran), ran.status) == ("File size limit exceeded\n", 128 + signal.SIGXFSZ)
    assert shown(size) == f"{1 << 20}\n"


def test_no_core_is_dumped(world: World) -> None:
    assert world.output("ulimit -c; bash -c 'kill -SEGV $$' || ls").startswith("0\n")


def test_limits_hold_in_each_new_shell(world: World) -> None:
    _, ran = world.commands("exit", "ulimit -u", limits=Limits(processes=77))
    others = len(world.described().hosts)  # who have as many each
    assert shown(ran) == f"{77 * (1 + others)}\n"


def test_a_command_that_ended_in_time_is_no_timeout_though_we_were_busy(world: World) -> None:
    async def busy() -> Ran:
        async with open_sandbox(world.described()) as sandbox:
            running = asyncio.create_task(sandbox.run("seq 500", timeout=1.0, hosts=world.hosts))
            await asyncio.sleep(0)
            time.sleep(1.5)  # as the screen of another session may take
            return await running

    ran = asyncio.run(busy())
    assert (ran.status, ran.notes, ran.failed) == (0, (), False)
