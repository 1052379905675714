"""Measures, on links where nothing else runs, the rates and round-trip times that they have.

Each sample link is measured against a host of ours whose own link has no limit and no delay.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from typing import Any

from . import kernel
from .pulse import processors

PROBE = ""
"""The name of our own host, which no author can give."""
_PORT = 7
_PINGS = 20
_PACKET = 1000
_HEADERS = 42
"""Bytes of Ethernet, IP and UDP before the payload."""
_SO_TIMESTAMPNS = 35
_SECONDS = 1.0
_MOMENT, _NO_LONGER = 0.2, 10.0
"""Seconds between two looks at the processors, and after which they may be busy for good."""
_QUIET = 0.8
_SKIPPED = 5
"""Packets that the full bucket lets go at once."""


def probe(hosts: Mapping[str, int], samples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each sample what was achieved; rates in bits a second, times in milliseconds."""
    _until_quiet()
    readers = []
    for at, sample in enumerate(samples):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            found: dict[str, Any] = {}
            try:
                found = _one(hosts, sample, _PORT + at)
            except OSError as error:
                found = {"error": str(error)}
            finally:
                os.write(writer, json.dumps(found).encode())
                os._exit(0)
        os.close(writer)
        readers.append(reader)
    return [json.loads(os.read(reader, 4096) or b"{}") for reader in readers]


def _until_quiet() -> None:
    """Wait until what was ended no longer keeps the processors busy, as far as anybody waits."""
    end = time.monotonic() + _NO_LONGER
    before = processors()
    while time.monotonic() < end:
        time.sleep(_MOMENT)
        idle, passed = (now - then for now, then in zip(processors(), before, strict=True))
        if idle > _QUIET * passed:
            return
        before = processors()


def _one(hosts: Mapping[str, int], sample: Mapping[str, Any], port: int) -> dict[str, Any]:
    there, here = (_bound(hosts[name], port) for name in (sample["name"], PROBE))
    to_there, to_here = (sample["address"], port), (sample["probe"], port)
    ends = (here, there, to_there, to_here)
    trips = [trip for trip in (_trip(*ends, sample["patience"]) for _ in range(_PINGS)) if trip]
    trips.sort()
    lead = max(2, sample["queue"] // 2 // (_PACKET + _HEADERS))
    return {
        "name": sample["name"],
        "trip": trips[len(trips) // 2] * 1e3 if trips else None,
        "up": _rate(there, here, to_here, sample["up"], lead),
        "down": _rate(here, there, to_there, sample["down"], lead),
    }


def _bound(namespace: int, port: int) -> socket.socket:
    kernel.enter(namespace, kernel.NEW_NET)
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("", port))
    return one


def _trip(
    here: socket.socket,
    there: socket.socket,
    to_there: tuple[str, int],
    to_here: tuple[str, int],
    patience: float,
) -> float | None:
    begin = time.monotonic()
    this = str(begin).encode()
    here.sendto(this, to_there)
    for end, back in ((there, to_here), (here, None)):
        said = b""
        while said != this:  # what was late before is not for now
            if not select.select([end], (), (), patience)[0]:
                return None
            said = end.recv(2000)
        if back:
            end.sendto(this, back)
    return time.monotonic() - begin


def _rate(
    from_: socket.socket, to: socket.socket, address: tuple[str, int], declared: int, lead: int
) -> float | None:
    """Bits a second, frames counted whole, as they arrive; None for a link without a limit."""
    if not declared:
        return None
    size = _PACKET + _HEADERS
    wanted = max(_SKIPPED + 10, int(declared * _SECONDS / 8 / size))
    to.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    to.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    arrived: list[float] = []
    begin = time.monotonic()
    sent = 0
    while len(arrived) < wanted and time.monotonic() - begin < 10 * _SECONDS:
        # A queue of some packets, so that the bucket decides even where we are late.
        ahead = int((time.monotonic() - begin) * declared / 8 / size) + lead
        while sent < ahead:
            from_.sendto(bytes(_PACKET), address)
            sent += 1
        # One at a time: of a fast link there is always one more, and the queue would run dry.
        if select.select([to], (), (), 0.002)[0]:
            arrived.append(_stamp(to))
    arrived = arrived[_SKIPPED:]
    if len(arrived) < 2:
        return 0.0
    return (len(arrived) - 1) * size * 8 / (arrived[-1] - arrived[0])


def _stamp(to: socket.socket) -> float:
    """When the kernel received the next packet."""
    _data, said, _flags, _address = to.recvmsg(2000, 64)
    for _level, _kind, value in said:
        seconds, nanoseconds = struct.unpack_from("=qq", value)
        return float(seconds) + float(nanoseconds) / 1e9
    return time.time()
