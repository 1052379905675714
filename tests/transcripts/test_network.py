"""What is said of hosts, without any: folded outputs, the word at the end, what bwrap is told."""

from __future__ import annotations

import io
import json
import math
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.model import Environment, Host, Link, Location, World
from transcripts.runners import wiring
from transcripts.runners.bubblewrap import Layout
from transcripts.runners.fold import Part, folded, names
from transcripts.runners.switch import paths
from transcripts.runners.switch.paths import Kind, Paths, Port
from transcripts.runners.verdict import verdict

_PLACE = Location(path="post.md", line=2)
_LINK = Link(up=128_000, down=2_000_000, delay=30_000, loss=1.0)


def _host(name: str, link: Link = _LINK) -> Host:
    return Host(name=name, link=link, declared="peer[1-2] up=128kbit", location=_PLACE)


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        (["seed"], "seed"),
        (["peer7"], "peer7"),
        (["peer1", "peer2", "peer3", "peer7"], "peer[1-3,7]"),
        (["peer10", "peer2", "peer9"], "peer[2,9-10]"),
        (["seed", "peer1", "peer2", "a-b"], "seed, peer[1-2], a-b"),
        (["x007", "x7"], "x007, x7"),
    ],
)
def test_hosts_are_named_in_short(hosts: list[str], said: str) -> None:
    assert names(hosts) == said


def _parts(*outputs: tuple[bytes, int]) -> dict[str, Part]:
    return {
        f"h{n}": Part(output=output, status=status) for n, (output, status) in enumerate(outputs)
    }


def test_a_carriage_return_or_a_missing_newline_makes_no_difference() -> None:
    ran = folded(_parts((b"a", 0), (b"a\r\n", 0), (b"a\n", 0)), timeout=1)
    assert ran.output == b"3 hosts: a\r\n"


def test_hosts_that_print_nothing_are_not_shown() -> None:
    ran = folded(_parts((b"", 0), (b"a\n", 0)), timeout=1)
    assert ran.output == b"h1: a\r\n"


def test_several_lines_stand_below_the_name() -> None:
    ran = folded(_parts((b"a\n\nb\n", 0), (b"c\n", 0)), timeout=1)
    assert ran.output == b"h0:\r\n  a\r\n  \r\n  b\r\nh1: c\r\n"


def test_each_exit_status_is_told_with_its_hosts() -> None:
    ran = folded(_parts((b"", 0), (b"", 7), (b"", 3), (b"", 7)), timeout=1)
    assert (ran.status, ran.notes) == (7, ("exit status 3 on h2", "exit status 7 on h[1,3]"))


# --- The word at the end ----------------------------------------------------------------

_PULSE = {"packets": 1000, "late": 0.2, "lag": 0.3, "idle": 0.4, "dropped": 0}
_FOUND: dict[str, Any] = {"name": "peer1", "trip": 60.4, "up": 127_000.0, "down": 1_985_000.0}


def _verdict(pulse: dict[str, Any] | None = None, found: dict[str, Any] | None = None) -> str:
    measured = {"pulse": {**_PULSE, **(pulse or {})}, "links": [{**_FOUND, **(found or {})}]}
    return verdict([_host("peer1"), _host("peer2")], measured)


def test_a_network_that_was_what_it_declares_always_says_the_same() -> None:
    said = {_verdict(), _verdict({"late": 1.5}, {"trip": 60.9, "up": 126_000.0})}
    assert said == {"kept up: rates and delays of its links within 5 %"}


@pytest.mark.parametrize(
    ("pulse", "found", "said"),
    [
        ({"late": 22.9}, {}, "1 % of the packets were more than 23 ms late"),
        ({"lag": 22.9}, {}, "1 % of the packets were more than 23 ms late"),
        ({"idle": 0.013}, {}, "the processors were busy for 99% of the time"),
        ({"dropped": 3}, {}, "3 packets were lost that no link lost"),
        ({}, {"up": 115_000.0}, "peer1 had 115 kbit/s up instead of 126.72"),
        ({}, {"down": 2_200_000.0}, "peer1 had 2200 kbit/s down instead of 1980"),
        ({}, {"trip": 63.5}, "peer1 had 63.5 ms for a round trip instead of 60"),
        ({}, {"trip": None}, "peer1 did not answer"),
        ({}, {"name": "", "error": "no"}, "a link could not be measured: no"),
    ],
)
def test_what_was_not_as_declared_is_told_with_its_numbers(
    pulse: dict[str, Any], found: dict[str, Any], said: str
) -> None:
    assert _verdict(pulse, found) == f"could not keep up: {said}"


def test_lateness_while_nothing_is_sent_harms_nobody() -> None:
    assert _verdict({"packets": 0, "late": 99.0, "lag": 99.0, "idle": 0.0}).startswith("kept up")


# --- What the sandbox is told -----------------------------------------------------------

_WORLD = World(
    environment=Environment(name="net", runner="network"),
    hosts=tuple(_host(f"peer{n}") for n in range(1, 502)),
)
_LAYOUT = Layout(
    links={}, directories=("/usr",), etc=frozenset({"/etc/hosts", "/etc/hostname", "/etc/passwd"})
)


def test_no_address_is_given_twice() -> None:
    addresses = {wiring.address(number) for number in range(wiring.MOST_HOSTS)}
    assert len(addresses) == wiring.MOST_HOSTS
    assert not any(address.endswith((".0", ".255")) for address in addresses)


def test_the_names_of_all_hosts_are_in_the_file_of_hosts() -> None:
    told = wiring.invocation(_WORLD, _LAYOUT, {}, b"zip", first_fd=12)
    (names_file,) = (data for data in told.files.values() if b"peer1\n" in data)
    assert names_file.endswith(b"198.18.1.250 peer500\n198.18.2.1 peer501\n")
    assert b"zip" in told.files.values()


def test_the_sandbox_has_no_privilege_over_anything_but_itself() -> None:
    words = wiring.invocation(_WORLD, _LAYOUT, {}, b"", first_fd=12).arguments
    assert {"--unshare-all", "--unshare-user", "--die-with-parent"} <= set(words)
    assert "--bind" not in words
    assert "/etc/hostname" not in words  # of each host its own, put there by the program


def test_the_program_is_the_same_zip_file_every_time() -> None:
    packed = wiring.program()
    assert packed == wiring.program()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {"__main__.py", "switch/start.py", "switch/spawner.py"} <= set(archive.namelist())


def test_the_plan_has_every_host_and_one_of_ours() -> None:
    ports = json.loads(wiring.plan(_WORLD))["ports"]
    assert ports[0] == {
        "name": "peer1",
        "address": "198.18.0.1",
        "up": 128_000,
        "down": 2_000_000,
        "kind": {"delay": 30_000, "jitter": 0, "loss": 1.0},
        "up_queue": 15_000,
        "down_queue": 125_000,
    }
    assert (len(ports), ports[-1]["name"]) == (502, "")


_NEAR, _FAR, _SHAKY = Kind(0, 0, 0.0), Kind(15_000, 0, 0.0), Kind(15_000, 2_000, 0.0)


def _ports(*kinds: Kind) -> list[Port]:
    return [Port(str(at), "", 0, 0, kind, 0, 0) for at, kind in enumerate(kinds)]


def test_links_of_one_kind_have_names_that_begin_as_no_other_does() -> None:
    assert paths.names(_ports(_FAR, _NEAR, _FAR)) == ["0l0", "1l1", "0l2"]


def test_paths_are_sorted_by_what_they_do_to_packets() -> None:
    assert paths.sort(_ports(_NEAR, _NEAR)) == Paths({}, [])
    assert paths.sort(_ports(_FAR, _NEAR, _FAR)) == Paths(
        {30_000_000: [("0l", "0l")], 15_000_000: [("0l", "1l"), ("1l", "0l")]}, []
    )
    assert paths.sort(_ports(_NEAR, _SHAKY)) == Paths(
        {}, [("0l", "1l"), ("1l", "0l"), ("1l", "1l")]
    )


def test_links_of_many_kinds_are_not_told_apart() -> None:
    many = (Kind(delay, 0, 0.0) for delay in range(1, 20))
    assert paths.sort(_ports(*many)) == Paths({}, [("", "")])


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_packet_comes_through_where_both_links_let_it(one: float, other: float) -> None:
    met = paths.path(Kind(1, 2, one), Kind(3, 4, other))
    assert (met.delay, met.jitter) == (4_000, 6_000)
    assert math.isclose(1 - met.loss, (100 - one) * (100 - other) / 10_000, abs_tol=1e-9)


def test_one_host_of_each_kind_is_measured() -> None:
    kinds = [_host("a"), _host("b")]
    assert [sample["name"] for sample in wiring.samples(kinds)] == ["a"]
