"""Hosts as network namespaces, joined to one router by links with a token bucket at each end.

There is no bridge, which ends at 1,024 ports: each host has an address of its own and a route
to all others through its link. Both ends of a link have one hardware address and no ARP, so that
nothing but what hosts send is ever on it.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import kernel
from .netlink import CREATE, EXCLUSIVE, Socket, attribute, message, number, text
from .paths import Kind, Port, names

_NEWLINK, _NEWADDR, _NEWROUTE, _NEWQDISC = 16, 20, 24, 36
_UP, _NO_ARP = 0x1, 0x80
_UNSPECIFIED, _LINK, _UNIVERSE = 0, 253, 0
_MAIN_TABLE, _STATIC, _UNICAST = 254, 4, 1
_ON_LINK = 4
_ROOT = 0xFFFFFFFF
_ROUTE = struct.Struct("=BBBBBBBBI")
GATEWAY = "198.19.255.254"
"""What each host knows the router by."""
_IFNAME, _ADDRESS, _MTU, _LINKINFO, _QUEUE, _NET_FD, _GSO_SEGMENTS = 3, 1, 4, 18, 13, 28, 40
_MTU_BYTES = 1500
_TICKS = 15.625
"""Psched ticks of 64 nanoseconds in a microsecond; every kernel since 2.6.31 has these."""
_FRAME = 1600
"""Bytes: room for a packet with all its headers."""


@dataclass(frozen=True, slots=True)
class Network:
    """The namespaces, each held by a descriptor: as long as that is open, it lives."""

    outside: int
    """The namespace of none of them, which has nothing but a loopback."""
    hosts: dict[str, int]
    kinds: dict[int, Kind]
    """Of links, by the index of the router's end."""


def build(ports: Sequence[Port]) -> Network:
    """Make all hosts and links; afterwards this process is in the router's namespace."""
    outside = _namespace()
    hosts, sockets = {}, []
    for port in ports:
        kernel.unshare(kernel.NEW_NET)
        hosts[port.name] = _namespace()
        sockets.append(Socket())
        _set("net/ipv4/ping_group_range", "0 0")
        _set("net/ipv6/conf/default/disable_ipv6", "1")
    kernel.unshare(kernel.NEW_NET)
    _set("net/ipv6/conf/default/disable_ipv6", "1")
    _set("net/ipv4/ip_forward", "1")
    links = Socket()
    named = list(zip(names(ports), ports, strict=True))
    links.send(_link(name, port, hosts[port.name]) for name, port in named)
    for port, inside in zip(ports, sockets, strict=True):
        inside.send(_host_end(port))
        inside.close()
    found = {socket.if_nametoindex(name): port for name, port in named}
    links.send(request for index, port in found.items() for request in _router_end(index, port))
    links.send((*_up(1), _address(1, GATEWAY)))
    links.close()
    return Network(outside, hosts, {index: port.kind for index, port in found.items()})


def _namespace() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _set(name: str, value: str) -> None:
    Path("/proc/sys", name).write_text(value)


# --- Requests to the kernel -------------------------------------------------------------


def _link(name: str, port: Port, namespace: int) -> bytes:
    """A link from the router to a host, both ends still down."""
    hardware = attribute(_ADDRESS, b"\x02\x00" + socket.inet_aton(port.address))
    # Packets as they would be on a cable: none larger than its frame.
    common = (hardware, number(_MTU, _MTU_BYTES), number(_GSO_SEGMENTS, 1), number(_QUEUE, 1000))
    peer = (struct.pack("=BxHiII", 0, 0, 0, _NO_ARP, _NO_ARP), text(_IFNAME, "eth0"), *common)
    inner = attribute(2, attribute(1, *peer, number(_NET_FD, namespace)))
    return message(
        _NEWLINK,
        CREATE | EXCLUSIVE,
        struct.pack("=BxHiII", 0, 0, 0, _NO_ARP, _NO_ARP),
        text(_IFNAME, name),
        *common,
        attribute(_LINKINFO, text(1, "veth"), inner),
    )


def _host_end(port: Port) -> Iterator[bytes]:
    # The loopback is the first interface, the link the second, as nothing else was made there.
    yield from _up(1)
    yield from _bucket(2, port.up, port.up_queue)
    yield from _up(2)
    yield _address(2, port.address)
    yield _default_route(2)


def _router_end(index: int, port: Port) -> Iterator[bytes]:
    yield from _bucket(index, port.down, port.down_queue)
    yield from _up(index)
    yield _route(index, port.address)


def _up(index: int) -> Iterator[bytes]:
    yield message(_NEWLINK, 0, struct.pack("=BxHiII", 0, 0, index, _UP, _UP))


def _address(index: int, address: str) -> bytes:
    packed = socket.inet_aton(address)
    body = struct.pack("=BBBBi", socket.AF_INET, 32, 0, _UNIVERSE, index)
    return message(_NEWADDR, CREATE, body, attribute(2, packed), attribute(1, packed))


def _route(index: int, address: str) -> bytes:
    """The way from the router to a host."""
    body = _ROUTE.pack(socket.AF_INET, 32, 0, 0, _MAIN_TABLE, _STATIC, _LINK, _UNICAST, 0)
    to = attribute(1, socket.inet_aton(address))
    return message(_NEWROUTE, CREATE, body, to, number(4, index))


def _default_route(index: int) -> bytes:
    """The way from a host to all others; programs look for a gateway to know that there is one."""
    body = _ROUTE.pack(socket.AF_INET, 0, 0, 0, _MAIN_TABLE, _STATIC, _UNIVERSE, _UNICAST, _ON_LINK)
    gateway = attribute(5, socket.inet_aton(GATEWAY))
    return message(_NEWROUTE, CREATE, body, gateway, number(4, index))


def _bucket(index: int, rate: int, queue: int) -> Iterator[bytes]:
    """A token bucket that holds one frame, or what goes by in 10 milliseconds if that is more."""
    if not rate:
        return
    burst = max(_FRAME, rate // 8 // 100)
    per_second = rate // 8
    low = min(per_second, 0xFFFFFFFF)
    spec = struct.pack("=BBHhHI", 0, 1, 0, -1, 0, low)
    buffer = int(burst * 1_000_000 / per_second * _TICKS)
    parameters = spec + bytes(12) + struct.pack("=III", queue + burst, min(buffer, 0xFFFFFFFF), 0)
    options = [attribute(1, parameters), number(6, burst)]
    if per_second > low:
        options.append(attribute(4, struct.pack("=Q", per_second)))
    body = struct.pack("=BxHiIII", 0, 0, index, 0, _ROOT, 0)
    yield message(_NEWQDISC, CREATE | EXCLUSIVE, body, text(1, "tbf"), attribute(2, *options))
