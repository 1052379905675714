"""A session sees its own small world, reaches nothing outside, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
import socket
from pathlib import Path

import pytest

from transcripts.runners import open_sandbox, seccomp
from transcripts.runners.sandbox import Sandbox

from .conftest import PATIENCE, Timed, World, gone, processes_of_ours, shown

# --- Its own world ----------------------------------------------------------------------


def test_the_user_is_the_environment_s(world: World) -> None:
    assert world.output("id; whoami; groups; pwd; echo ~", user="ada") == (
        "uid=1000(ada) gid=1000(ada) groups=1000(ada)\nada\nada\n/home/ada\n/home/ada\n"
    )


def test_the_host_name_is_the_environment_s_or_the_host_s(world: World) -> None:
    name = world.on or "peer1"
    said = world.output(f"hostname; uname -n; cat /etc/hostname; getent hosts {name}", host=name)
    assert said.split() == [name, name, name, "::1", "localhost", name]


def test_time_zone_and_locale_are_the_environment_s(world: World) -> None:
    said = world.output("date -d @0 +%H:%M%Z; echo $LANG", timezone="Asia/Tokyo", locale="C")
    assert said == "09:00JST\nC\n"


def test_the_home_begins_empty(world: World) -> None:
    assert world.output("ls -A ~ /tmp /var/tmp /run /dev/shm | grep -v :; true").split() == []


def test_two_sessions_share_nothing(world: World) -> None:
    world.commands("touch /tmp/mine ~/mine /dev/shm/mine")
    assert world.output("ls /tmp ~ /dev/shm") == "/dev/shm:\n\n/home/reader:\n\n/tmp:\n"


def test_kernel_and_file_system_are_told(world: World) -> None:
    told, seen, kind = world.play(
        lambda sandbox: (sandbox.kernel, sandbox.filesystem), "uname -sr", "stat -fc %T ."
    )
    assert (told[0].partition(" (")[0], told[1]) == (shown(seen).strip(), shown(kind).strip())


# --- Nothing outside --------------------------------------------------------------------


def test_there_is_no_network_but_its_own(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        devices, connected = world.commands(
            "tail -n +3 /proc/net/dev | cut -d: -f1", f"echo >/dev/tcp/127.0.0.1/{port}"
        )
    assert shown(devices).split() == (["lo", "eth0"] if world.on else ["lo"])
    assert "Connection refused" in shown(connected)


def test_abstract_sockets_of_the_host_are_not_there(world: World) -> None:
    name = f"transcripts-{secrets.token_hex(4)}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen()
        assert name not in world.output("cat /proc/net/unix")


def test_the_author_s_environment_is_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secrets.token_hex(8)
    monkeypatch.setenv("TRANSCRIPTS_SECRET", secret)
    ran = world.commands("env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'")[0]
    assert "HOME=" in shown(ran)
    assert secret not in shown(ran)


def test_the_author_s_command_lines_are_nowhere(world: World) -> None:
    said = world.output(
        "grep -az . /proc/[0-9]*/cmdline | tr '\\0' '\\n';"
        " for p in /proc/[0-9]*/cmdline; do [ -z \"$(tr -d '\\0' <$p)\" ] || echo $p; done | wc -l"
    )
    assert "pytest" not in said
    assert str(Path.home()) not in said
    assert int(said.split()[-1]) < 10  # the kernel's own, of a machine, have no command line


def test_the_author_s_files_are_nowhere(world: World, tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    outside = [tmp_path, Path.cwd(), Path("/root"), Path("/srv"), Path("/mnt"), Path("/boot")]
    for ran in world.commands(*(f"ls {path}" for path in outside)):
        assert ran.status or not ran.output, ran  # a machine has an empty /mnt


def test_descriptors_that_the_author_s_shell_left_open_are_closed(world: World) -> None:
    left = os.open("/", os.O_RDONLY)
    os.set_inheritable(left, True)
    try:
        said = world.output("readlink /proc/$$/fd/* /proc/1/fd/* /proc/self/fd/*; true")
    finally:
        os.close(left)
    assert "/" not in said.splitlines()
    assert "/dev/null" in said.splitlines()


@pytest.mark.parametrize(
    "command",
    [
        "echo x >/proc/sys/kernel/core_pattern",
        "echo x >/proc/sysrq-trigger",
        "echo x >/etc/passwd",
        "mount -t tmpfs none /tmp",
        "umount /tmp",
        "chroot / true",
        "mknod null c 1 3",
        "hostname other",
        "date -s 2009-03-08",
        "kill -9 1; kill -0 1 && exit 1",
        "cat /etc/shadow",
        "su -c true </dev/null",
    ],
)
def test_what_root_could_do_is_refused(world: World, command: str) -> None:
    ran = world.commands(f"( {command} )")[0]
    assert ran.status != 0, shown(ran)


@pytest.mark.parametrize("command", ["unshare --user true", "unshare --map-root-user true"])
def test_namespaces_of_the_session_s_own_are_refused(namespace: World, command: str) -> None:
    ran = namespace.commands(command)[0]
    assert ran.status != 0, shown(ran)


def test_no_capability_is_left_and_none_can_be_gained(world: World) -> None:
    facts = _facts(world.output("cat /proc/self/status"))
    assert {int(facts[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Amb")} == {0}
    assert facts["NoNewPrivs"] == "1"


def test_what_runs_on_our_kernel_has_no_capability_and_a_filter(world: World) -> None:
    def facts(_: Sandbox) -> list[dict[str, str]]:
        # But for a network's own two processes, which nothing of the session can touch.
        return [
            _facts(Path(f"/proc/{pid}/status").read_text())
            for pid in processes_of_ours()
            if b"switch.pyz" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    *_, found = world.play("true", facts)
    inside = [one for one in found if len(one["NSpid"].split()) > 1]
    assert inside
    for one in inside:
        assert {int(one[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {0}
        assert (one["NoNewPrivs"], one["Seccomp"]) == ("1", "2")


def _facts(status: str) -> dict[str, str]:
    """What /proc/PID/status says, by name."""
    pairs = (line.partition(":") for line in status.splitlines())
    return {name: value.strip() for name, _, value in pairs}


def test_sockets_to_the_hypervisor_are_refused(world: World) -> None:
    said = world.output("perl -e 'socket(S, 40, 1, 0) or print qq($!\\n)'")
    assert said in ("Operation not permitted\n", "Address family not supported by protocol\n")


def test_typing_into_the_terminal_is_refused(namespace: World) -> None:
    said = namespace.output(
        "perl -e 'open T, q(+<), q(/dev/tty); $c = q(x);"
        " for $n (0x5412, 0x541C, 0x100005412) { ioctl(T, $n, $c) or print qq($!\\n) }'"
    )
    assert said == "Operation not permitted\n" * 3


def test_calls_that_reach_around_namespaces_are_refused(namespace: World) -> None:
    refused = seccomp._ARCHITECTURES[platform.machine()].refused
    said = namespace.output(
        f"perl -e 'for $n ({','.join(map(str, refused))})"
        " { $r = syscall($n, 0, 0, 0, 0, 0); print qq($r $!\\n) }'"
    )
    assert said == "-1 Operation not permitted\n" * len(refused)


def test_it_never_runs_as_root_outside(world: World) -> None:
    def users(_: Sandbox) -> set[int]:
        return {Path(f"/proc/{pid}").stat().st_uid for pid in processes_of_ours()}

    _, seen = world.play("sleep 300 &", users)
    assert 0 not in seen
    assert seen == {os.getuid() or next(iter(seen))}


# --- Nothing behind ---------------------------------------------------------------------


DAEMONS = (
    "for i in 1 2 3; do setsid sleep 300 & done;"
    " (trap '' TERM HUP INT; exec sleep 300) & disown -a;"
    " while [ $(pgrep -c sleep) -lt 4 ]; do :; done"
)


def test_all_processes_end_with_the_session(world: World) -> None:
    _, seen = world.play(DAEMONS, lambda _: processes_of_ours())
    assert len(seen) > 4
    assert gone(seen)


def test_all_processes_end_with_an_interrupted_session(world: World) -> None:
    seen: set[int] = set()

    async def interrupted() -> None:
        async with open_sandbox(world.described()) as sandbox:
            await sandbox.run(DAEMONS, timeout=PATIENCE, hosts=world.hosts)
            seen.update(processes_of_ours())
            running = asyncio.create_task(
                sandbox.run("sleep 600", timeout=PATIENCE, hosts=world.hosts)
            )
            await asyncio.sleep(0)
            running.cancel()
            await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    assert len(seen) > 4
    assert gone(seen)


def test_all_descriptors_are_closed_with_the_session(world: World) -> None:
    world.commands("true")
    before = sorted(Path("/proc/self/fd").iterdir())
    for _ in range(3):
        world.play("exit 3", Timed("sleep 600", 0.1), "true")
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_sessions_run_side_by_side(world: World) -> None:
    async def one(number: int) -> str:
        async with open_sandbox(world.described()) as sandbox:
            await sandbox.run(
                f"x={number}; touch /tmp/{number}", timeout=PATIENCE, hosts=world.hosts
            )
            return shown(await sandbox.run("echo $x; ls /tmp", timeout=PATIENCE, hosts=world.hosts))

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*map(one, range(10)))

    assert asyncio.run(all_of_them()) == [f"{n}\n{n}\n" for n in range(10)]


# --- Provenance -------------------------------------------------------------------------


def test_the_programs_are_those_that_ran(world: World) -> None:
    *_, programs = world.play(
        "ls / >/dev/null; true; type cat",
        "nosuchcommand",
        "seq 3 | sort | head -1",
        lambda sandbox: {Path(path).name for path in sandbox.programs},
    )
    assert programs == {"bash", "ls", "seq", "sort", "head"}


def test_a_session_of_builtins_ran_bash_alone(world: World) -> None:
    *_, programs = world.play(
        "echo a", "exit", "echo b", lambda sandbox: {Path(path).name for path in sandbox.programs}
    )
    assert programs == {"bash"}


# --- The author's side ------------------------------------------------------------------


def test_our_own_pipes_cannot_be_opened_by_name(namespace: World) -> None:
    said = namespace.output(
        "for fd in /proc/1/fd/* /proc/$$/fd/*; do [ -p $fd ] && : <$fd; done 2>&1"
        " | grep -c 'Permission denied'; true"
    )
    assert int(said) >= 2


def test_memory_that_no_process_holds_is_refused(namespace: World) -> None:
    said = namespace.output("python3 -c 'import os; os.memfd_create(\"x\")' 2>&1 | tail -n 1")
    assert said == "PermissionError: [Errno 1] Operation not permitted\n"
