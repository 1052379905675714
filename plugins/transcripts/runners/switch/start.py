"""Builds the network, then splits: one process delays packets, the other starts the session's."""

from __future__ import annotations

import json
import os
import resource
import socket
import sys

from . import kernel
from .delay import forward
from .held import Held
from .links import Network, build
from .netlink import is_missing
from .paths import Kind, Port, sort
from .pulse import Pulse
from .spawner import Plan, Spawner

_LINE_FD, _PLAN_FD = 8, 7


def main() -> None:
    """Run until the engine, at the other end of the line, is gone."""
    with os.fdopen(_PLAN_FD, encoding="utf-8") as file:
        told = json.load(file)
    line = socket.socket(fileno=_LINE_FD)
    line.set_inheritable(False)
    try:
        _raise_limit(told["files"])
        ports = [Port(**{**port, "kind": Kind(**port["kind"])}) for port in told["ports"]]
        network = build(ports)
        held = Held(sort(ports))
    except OSError as error:
        kind = "no delay" if "network" in vars() and is_missing(error) else "no network"
        line.send(json.dumps([kind, str(error)]).encode())
        return
    _split(Plan(**told["plan"]), line, network, held)


def _raise_limit(files: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, hard), hard))


def _split(plan: Plan, line: socket.socket, network: Network, held: Held) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kernel.unshare(kernel.NEW_PIDS)
    if os.fork() == 0:
        ours.close()
        kernel.enter(network.outside, kernel.NEW_NET)
        kernel.unshare(kernel.NEW_MOUNTS)
        kernel.mount("none", "/", "", kernel.RECURSIVE | kernel.PRIVATE)
        kernel.mount("proc", "/proc", "proc", kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC)
        try:
            Spawner(plan, line, theirs, network.hosts).loop()
        except OSError as error:
            line.send(json.dumps(["no network", str(error)]).encode())
        sys.exit()
    theirs.close()
    line.close()
    for fd in network.hosts.values():
        os.close(fd)
    try:
        forward(held, network.kinds, Pulse(ours))
    except EOFError:
        sys.exit()
