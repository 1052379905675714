"""What the program inside of a network's sandbox is told: pure functions of its world."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..model import Host, Link, World
from . import bubblewrap
from .bubblewrap import Invocation, Layout

LINE_FD, PLAN_FD = 8, 7
SHARED = "/shared"
"""A directory that all hosts have together, and the shell that is on none."""
MOST_HOSTS = 60_000
_PROGRAM = "/.transcripts/switch.pyz"
HOMES = "/.hosts"
_PROBE_NAME, _PROBE_ADDRESS = "", "198.19.255.1"
"""Of our own host, against which links are measured; no author can give that name."""
_SHORTEST_QUEUE, _LONGEST_QUEUE = 10 * 1500, 100 * 1500
_MOST_PROCESSES = 30_000
_MOST_SAMPLES = 4
_CAPABILITIES = (
    *("NET_ADMIN", "NET_RAW", "NET_BIND_SERVICE", "SYS_ADMIN", "SYS_RESOURCE", "SETPCAP"),
    "SETFCAP",  # to map this user 0 to another in a namespace within
)
"""Of process 1, over the sandbox alone; what it starts has none, or root of a host the first 3."""
_DATES = (2009, 3, 8, 0, 0, 0)


def address(number: int) -> str:
    """Of a host, by its place in the front matter: of the range of RFC 2544, for tests of networks.

    No namespace of these knows the author's own, and some programs refuse private addresses.
    """
    return f"198.18.{number // 250}.{number % 250 + 1}"


def invocation(
    world: World, layout: Layout, inputs: Mapping[str, Path], program: bytes, *, first_fd: int
) -> Invocation:
    """What starts the sandbox of a network; file descriptors count from ``first_fd``."""
    environment = world.environment
    names = "".join(f"{address(at)} {host.name}\n" for at, host in enumerate(world.hosts))
    # A file that bubblewrap has put there cannot be covered again, by that of each host.
    wanted = replace(layout, etc=layout.etc - {"/etc/hostname"})
    covers, files = bubblewrap.covered(environment, wanted, first_fd=first_fd, names=names)
    program_fd = first_fd + len(files)
    arguments = (
        *("--as-pid-1", "--unshare-all", "--unshare-user", "--die-with-parent"),
        *("--uid", "0", "--gid", "0"),
        *(word for name in _CAPABILITIES for word in ("--cap-add", f"CAP_{name}")),
        *("--hostname", environment.host),
        *bubblewrap.system(layout),
        *("--proc", "/proc", "--dev", "/dev", "--dir", "/root"),
        *covers,
        *("--perms", "0444", "--ro-bind-data", str(program_fd), _PROGRAM),
        *bubblewrap.given(inputs),
        *bubblewrap.writable(environment, (SHARED, HOMES)),
        *("--setenv", "PATH", bubblewrap.PATH, "--setenv", "LC_ALL", "C.UTF-8"),
        *("--chdir", "/", "--"),
        *("/usr/bin/python3", "-I", "-S", _PROGRAM),
    )
    return Invocation(arguments=arguments, files={**files, program_fd: program})


def program() -> bytes:
    """The program, as a zip file that Python runs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(Path(__file__).with_name("switch").glob("*.py")):
            archive.writestr(zipfile.ZipInfo(f"switch/{path.name}", _DATES), path.read_bytes())
        start = zipfile.ZipInfo("__main__.py", _DATES)
        archive.writestr(start, "from switch.start import main\n\nmain()\n")
    return packed.getvalue()


def plan(world: World) -> bytes:
    """The hosts, and what their processes find."""
    environment, limits = world.environment, world.environment.limits
    home = bubblewrap.home(environment)
    own = {
        home: "home",
        "/root": "root",
        **{place: place.strip("/").replace("/", "-") for place in bubblewrap.WRITABLE},
    }
    ports = [_port(host.name, address(at), host.link) for at, host in enumerate(world.hosts)]
    told = {
        "files": len(world.hosts) * 2 + 1024,
        "ports": [*ports, _port(_PROBE_NAME, _PROBE_ADDRESS, Link(queue=_LONGEST_QUEUE))],
        "plan": {
            "user": dict(bubblewrap.variables(environment, environment.user, home)),
            "root": dict(bubblewrap.variables(environment, "root", "/root")),
            "uid": bubblewrap.UID,
            "limits": {
                "RLIMIT_NPROC": min(limits.processes * (len(world.hosts) + 1), _MOST_PROCESSES),
                "RLIMIT_FSIZE": limits.file_size,
                "RLIMIT_CORE": 0,
            },
            "places": own,
            "output": limits.output,
        },
    }
    return json.dumps(told).encode()


def _port(name: str, address: str, link: Link) -> dict[str, object]:
    return {
        "name": name,
        "address": address,
        "up": link.up,
        "down": link.down,
        "kind": {"delay": link.delay, "jitter": link.jitter, "loss": link.loss},
        "up_queue": _queue(link, link.up),
        "down_queue": _queue(link, link.down),
    }


def _queue(link: Link, rate: int) -> int:
    """Half a second of what goes by, as modems have it, but 10 to 100 packets."""
    return link.queue or min(_LONGEST_QUEUE, max(_SHORTEST_QUEUE, rate // 8 // 2))


def samples(hosts: Sequence[Host]) -> list[dict[str, object]]:
    """One host of each of the first kinds of links, to be measured."""
    kinds = {host.declared: at for at, host in reversed([*enumerate(hosts)])}
    return [
        {
            "name": hosts[at].name,
            "address": address(at),
            "probe": _PROBE_ADDRESS,
            "patience": max(0.2, 8 * (hosts[at].link.delay + hosts[at].link.jitter) / 1e6),
            "queue": min(
                _queue(hosts[at].link, rate) for rate in (hosts[at].link.up, hosts[at].link.down)
            ),
            "up": hosts[at].link.up,
            "down": hosts[at].link.down,
        }
        for at in sorted(kinds.values())[:_MOST_SAMPLES]
    ]
