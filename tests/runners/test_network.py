"""What only hosts have: links between them, groups, root of a host, and the word at the end.

Nothing here measures time on a busy machine: what a link does is told by counting.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from transcripts.errors import SandboxError
from transcripts.model import Host, Limits
from transcripts.model import World as Described
from transcripts.runners import capacity, open_sandbox, wiring
from transcripts.runners.sandbox import Ran, Refused

from .conftest import PATIENCE, Timed, World, gone, host, processes_of_ours, shown

PEERS = tuple(f"peer{n}" for n in range(1, 6))
PORT = 7000


def _world(network: World, *hosts: Host, **settings: object) -> Described:
    return Described(environment=network.environment(**settings), hosts=hosts)


def _peers(**link: object) -> tuple[Host, ...]:
    return tuple(host(name, "peer[1-5]", **link) for name in PEERS)


async def _all(described: Described, *steps: Timed) -> list[Ran]:
    async with open_sandbox(described) as sandbox:
        return [
            await sandbox.run(
                step.text, timeout=step.timeout, root=step.root, hosts=step.hosts or ()
            )
            for step in steps
        ]


def play(described: Described, *steps: Timed) -> list[Ran]:
    return asyncio.run(_all(described, *steps))


def on(host: str, text: str, *, root: bool = False, timeout: float = PATIENCE) -> Timed:
    return Timed(text, timeout, root=root, hosts=(host,))


def on_all(text: str, timeout: float = PATIENCE, *, root: bool = False) -> Timed:
    return Timed(text, timeout, root=root, hosts=PEERS)


SERVE = (
    'python3 -c \'import socket; s = socket.create_server(("", 7000))\n'
    "while True: c, a = s.accept(); c.sendall(a[0].encode()); c.close()' & "
    "while ! (exec 3<>/dev/tcp/localhost/7000) 2>/dev/null; do :; done"
)
ASK = f"timeout 50 bash -c 'exec 3<>/dev/tcp/peer1/{PORT}; cat <&3'"


# --- Links ------------------------------------------------------------------------------


def test_hosts_reach_each_other_by_name_and_have_addresses_of_their_own(network: World) -> None:
    _, asked = play(_world(network, *_peers()), on("peer1", SERVE), on("peer3", ASK))
    assert shown(asked) == "198.18.0.3"


def test_hosts_reach_each_other_through_slow_links(network: World) -> None:
    link = {"up": 128_000, "down": 2_000_000, "delay": 30_000, "jitter": 1_000}
    _, asked = play(_world(network, *_peers(**link)), on("peer1", SERVE), on("peer3", ASK))
    assert shown(asked) == "198.18.0.3"


def test_the_kernel_has_the_rates_that_were_declared(network: World) -> None:
    (said,) = play(_world(network, *_peers(up=128_000)), on("peer1", "tc qdisc show dev eth0"))
    assert "tbf" in shown(said)
    assert "rate 128Kbit" in shown(said)


SEND = (
    "python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    'for n in range(200): s.sendto(bytes(100), ("peer1", 7000))\''
)
COUNT = "awk '/^Udp:/ { line = $0 } END { split(line, n); print n[3] }' /proc/net/snmp"


def test_as_many_packets_are_lost_as_declared(network: World) -> None:
    """Of 200, of which one in two is lost: fewer than 60 or more than 140 come once in 10^8."""
    hosts = (host("peer1"), host("peer2", loss=50.0))
    _, count = play(_world(network, *hosts), on("peer2", f"{SEND}; sleep 1"), on("peer1", COUNT))
    assert 60 < int(shown(count)) < 140


IN_ORDER = """python3 -c '
import socket, sys
at = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
at.bind(("", 7000))
print(*(int(at.recv(99)) for _ in range(100)))' >in-order &
while ! grep -q :1B58 /proc/net/udp; do :; done"""
IN_TURN = """python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(100): s.sendto(str(n).encode(), ("far", 7000))'"""


@pytest.mark.parametrize("others", [1, 20], ids=["few kinds of links", "many"])
@pytest.mark.parametrize(("delay", "jitter"), [(0, 0), (20_000, 0), (20_000, 9_000)])
def test_packets_keep_their_order(network: World, delay: int, jitter: int, others: int) -> None:
    hosts = (host("far", delay=5_000), host("sender", delay=delay, jitter=jitter))
    more = (host(f"other{number}", delay=number) for number in range(others))
    _, _, came = play(
        _world(network, *hosts, *more),
        on("far", IN_ORDER),
        on("sender", IN_TURN),
        on("far", "wait; cat in-order"),
    )
    assert shown(came).split() == [str(n) for n in range(100)]


def test_a_delay_is_no_shorter_than_declared(network: World) -> None:
    ask = (
        "python3 -c 'import socket, time; b = time.monotonic()\n"
        'socket.create_connection(("peer1", 7000)).recv(1); print(time.monotonic() - b)\''
    )
    _, took = play(_world(network, *_peers(delay=100_000)), on("peer1", SERVE), on("peer2", ask))
    assert float(shown(took)) > 0.797  # both links twice there and twice back, 100 ms each


def test_there_is_no_way_out(network: World) -> None:
    out = "timeout 5 bash -c ': </dev/tcp/192.0.2.1/80' 2>&1; ip route"
    (said,) = play(_world(network, *_peers()), on("peer1", out))
    assert "Network is unreachable" in shown(said) or "No route to host" in shown(said)


def test_a_host_that_floods_its_link_starves_no_other(network: World) -> None:
    flood = (
        "python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        'while True: s.sendto(bytes(1400), ("peer1", 9))\' >/dev/null 2>&1 &'
    )
    _, _, asked = play(
        _world(network, *_peers(up=128_000, down=1_000_000, delay=1_000)),
        on("peer1", SERVE),
        on("peer2", flood),
        on("peer3", ASK),
    )
    assert shown(asked) == "198.18.0.3"


# --- Hosts ------------------------------------------------------------------------------


def test_each_host_has_a_home_of_its_own_and_all_share_one_directory(network: World) -> None:
    _, listed, shared, beside = play(
        _world(network, *_peers()),
        on("peer1", "touch mine /tmp/mine /shared/ours; echo $HOSTNAME"),
        on("peer2", "ls ~ /tmp"),
        on("peer2", "ls /shared"),
        Timed("ls /shared; ls -A /.hosts; hostname", PATIENCE),
    )
    assert "mine" not in shown(listed)
    assert shown(shared) == "ours\n"
    assert shown(beside) == "ours\nblog\n"


def test_a_shell_keeps_its_state_beside_the_others(network: World) -> None:
    *_, one, other = play(
        _world(network, *_peers()),
        on("peer1", "x=1; cd /tmp"),
        on("peer2", "x=2"),
        on("peer1", "echo $x $PWD"),
        on("peer2", "echo $x $PWD"),
    )
    assert (shown(one), shown(other)) == ("1 /tmp\n", "2 /home/reader\n")


def test_root_of_a_host_rules_its_network_and_nothing_else(network: World) -> None:
    rules, refused, user = play(
        _world(network, *_peers(up=128_000)),
        on("peer1", "id -u; tc qdisc del dev eth0 root && ip link set eth0 mtu 900", root=True),
        on(
            "peer1",
            "for c in 'unshare -m true' 'unshare -U true' 'mount -t tmpfs x /tmp' 'umount /proc'"
            " 'hostname x' 'touch /etc/x' 'touch /usr/x' 'ls /proc/1/root/' 'nsenter -t 1 -n true'"
            " 'sysctl -qw kernel.core_pattern=x' 'cat /etc/shadow' 'mknod x c 1 3' 'chroot / true'"
            " 'kill -9 1; kill -0 1 && false'; do"
            ' bash -c "$c" >/dev/null 2>&1 && echo "could $c"; done; true',
            root=True,
        ),
        on("peer1", "ip link set eth0 mtu 1000 2>&1"),
    )
    assert (shown(rules), rules.status) == ("0\n", 0)
    assert shown(refused) == ""
    assert "not permitted" in shown(user)


def test_files_are_written_to_each_host_of_a_group_and_read_from_one(network: World) -> None:
    async def files() -> tuple[bytes, object, str]:
        async with open_sandbox(_world(network, *_peers())) as sandbox:
            await sandbox.write("d/f", "x $HOME\n", hosts=PEERS)
            read = await sandbox.read("d/f", limit=100, hosts=("peer4",))
            missing = await sandbox.run("ls d", timeout=PATIENCE)
            try:
                await sandbox.read("d/f", limit=100, hosts=PEERS)
            except Refused as refusal:
                return read, missing.status, str(refusal)
        raise AssertionError

    assert asyncio.run(files()) == (
        b"x $HOME\n",
        2,
        "it is on more than one host; take it from one, or from /shared",
    )


# --- Groups -----------------------------------------------------------------------------


def test_a_group_may_have_more_hosts_than_a_program_may_open_files(network: World) -> None:
    names = tuple(f"many{number}" for number in range(600))
    hosts = (host(name, "many[0-599]") for name in names)
    (ran,) = play(_world(network, *hosts), Timed("ulimit -n", PATIENCE, hosts=names))
    assert shown(ran) == "600 hosts: 1024\n"


def test_all_hosts_together_leave_the_processors_to_what_delays_packets(network: World) -> None:
    (ran,) = play(
        _world(network, *_peers()),
        on_all("cat /proc/self/autogroup 2>/dev/null || echo 'a kernel without such groups'"),
    )
    said = shown(ran)
    assert re.fullmatch(r"5 hosts: (/autogroup-\d+ nice 5|a kernel without such groups)\n", said)


def test_what_all_hosts_print_is_shown_once(network: World) -> None:
    one, several, nothing = play(
        _world(network, *_peers()), on_all("echo a"), on_all("seq 2"), on_all("true")
    )
    assert shown(one) == "5 hosts: a\n"
    assert shown(several) == "5 hosts:\n  1\n  2\n"
    assert shown(nothing) == ""


def test_what_hosts_print_differently_is_shown_with_their_names(network: World) -> None:
    (ran,) = play(_world(network, *_peers()), on_all("[ $HOSTNAME = peer4 ] && echo b || echo a"))
    assert shown(ran) == "peer[1-3,5]: a\npeer4: b\n"


def test_the_highest_exit_status_counts_and_says_where(network: World) -> None:
    some, same = play(
        _world(network, *_peers()), on_all("exit $((${HOSTNAME#peer} / 4 * 3))"), on_all("exit 2")
    )
    assert (some.status, some.notes, some.failed) == (3, ("exit status 3 on peer[4-5]",), False)
    assert (same.status, same.notes) == (2, ())


def test_hosts_of_a_group_that_take_too_long_are_named(network: World) -> None:
    ran, after = play(
        _world(network, *_peers()),
        on_all("[ $HOSTNAME = peer2 ] && sleep 600; echo x", 2.0),
        on_all("echo after"),
    )
    assert (ran.notes[0], ran.failed) == ("timed out after 2 s on peer2", True)
    assert shown(after) == "5 hosts: after\n"


def test_what_a_group_put_in_the_background_lives_until_the_session_ends(network: World) -> None:
    _, count = play(
        _world(network, *_peers()),
        on_all("sleep 600 >/dev/null 2>&1 &"),
        Timed("pgrep -c sleep", PATIENCE),
    )
    assert shown(count) == "5\n"


def test_a_client_that_crashes_is_told_of_where_it_ran(network: World) -> None:
    (ran,) = play(
        _world(network, *_peers()), on_all("[ $HOSTNAME = peer3 ] && kill -SEGV $$; echo up")
    )
    assert (ran.status, ran.notes) == (139, ("exit status 139 on peer3",))
    assert "peer[1-2,4-5]: up" in shown(ran)


def test_long_outputs_of_a_group_are_cut_and_say_so(network: World) -> None:
    (ran,) = play(
        _world(network, *_peers(), limits=Limits(output=4096)), on_all("seq 10000; echo end")
    )
    assert ran.notes == ("output cut on peer[1-5]",)


# --- Too much, too few, and afterwards --------------------------------------------------


def test_more_hosts_than_this_machine_carries_are_refused_with_an_estimate(
    network: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "MOST_HOSTS", 4)
    with pytest.raises(Refused, match=r"^post.md:2: 5 hosts need about 5 MB .* carries 4; declare"):
        capacity.check_hosts(_world(network, *_peers()))


def test_the_word_at_the_end_is_about_each_kind_of_link(network: World) -> None:
    async def measured() -> str:
        async with open_sandbox(_world(network, *_peers(up=512_000, delay=20_000))) as sandbox:
            await sandbox.run("sleep 600 &", timeout=PATIENCE, hosts=("peer1",))
            return await sandbox.measured()

    said = asyncio.run(measured())
    assert said.startswith(("kept up: ", "could not keep up: "))
    assert "could not be measured" not in said
    assert "did not answer" not in said


def test_a_sandbox_without_hosts_has_nothing_to_say(network: World) -> None:
    async def measured() -> str:
        async with open_sandbox(_world(network)) as sandbox:
            return await sandbox.measured()

    assert asyncio.run(measured()) == ""


def test_nothing_is_left_when_the_one_who_runs_it_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "run.py"
    program.write_text(
        "import asyncio, sys\n"
        "from transcripts.model import Environment, Host, Link, Location, World\n"
        "from transcripts.runners import open_sandbox\n"
        "place = Location(path='x', line=1)\n"
        "hosts = tuple(Host(name=f'h{n}', link=Link(up=128000, delay=1000), declared='h',\n"
        "                   location=place) for n in range(5))\n"
        "async def main():\n"
        "    world = World(environment=Environment(name='n', runner='network'), hosts=hosts)\n"
        "    async with open_sandbox(world) as sandbox:\n"
        "        await sandbox.run('setsid sleep 600 &', timeout=60, hosts=('h1', 'h2'))\n"
        "        print('there', flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    plugins = str(Path(__file__).parents[2] / "plugins")
    with subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, env={"PYTHONPATH": plugins}
    ) as engine:
        assert engine.stdout is not None
        assert engine.stdout.readline() == b"there\n"
        left = processes_of_ours() - {engine.pid}
        assert len(left) >= 6
        os.kill(engine.pid, signal.SIGKILL)
        assert gone(left)


def test_a_swarm_that_never_completes_ends_with_its_time(network: World) -> None:
    begin = time.monotonic()
    ran, after = play(
        _world(network, *_peers()),
        on_all("cat </dev/tcp/peer1/1 || sleep 600", 1.0),
        on_all("echo"),
    )
    assert (ran.failed, ran.notes[0]) == (True, "timed out after 1 s on peer[1-5]")
    assert time.monotonic() - begin < PATIENCE
    assert after.status == 0


def test_where_no_namespace_can_be_made_the_cure_is_told(
    network: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refusing = tmp_path / "bwrap"
    refusing.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\n")
    refusing.chmod(0o755)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o111)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SandboxError, match="forbids user namespaces: allow them with"):
        play(_world(network, *_peers()))


def test_a_hundred_hosts_come_and_go(network: World) -> None:
    hosts = tuple(host(f"peer{n}", "peer[1-100]", up=1_000_000) for n in range(1, 101))
    names = tuple(one.name for one in hosts)
    (ran,) = play(_world(network, *hosts), Timed("hostname | tr -d 0-9", PATIENCE, hosts=names))
    assert shown(ran) == "100 hosts: peer\n"
