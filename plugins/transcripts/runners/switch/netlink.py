"""Netlink messages as bytes, and a socket that sends many of them at once.

Source: netlink(7), rtnetlink(7), linux/if_link.h, linux/pkt_sched.h.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterable, Iterator

ROUTE, NETFILTER = 0, 12
REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
CREATE, EXCLUSIVE, APPEND = 0x400, 0x200, 0x800
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")
_BATCH = 32 << 10
"""Bytes of messages in one system call."""


def attribute(kind: int, *values: bytes) -> bytes:
    """One attribute, padded; of several values, such as attributes, it is the nest."""
    value = b"".join(values)
    return struct.pack("=HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


def number(kind: int, value: int) -> bytes:
    """An attribute that is a number of 32 bits, in the order of this machine."""
    return attribute(kind, struct.pack("=I", value))


def text(kind: int, value: str) -> bytes:
    """An attribute that is a name."""
    return attribute(kind, value.encode() + b"\0")


def message(kind: int, flags: int, body: bytes, *attributes: bytes) -> bytes:
    """A request; whether the kernel took it is known at the next ``Socket.send``."""
    whole = body + b"".join(attributes)
    return _HEADER.pack(_HEADER.size + len(whole), kind, REQUEST | flags, 0, 0) + whole


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The kind and the rest of each message in what was received."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, _flags, _sequence, _port = _HEADER.unpack_from(data, at)
        if length < _HEADER.size:
            return
        yield kind, data[at + _HEADER.size : at + length]
        at += (length + 3) & ~3


def attributes(data: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """The kind and value of each attribute."""
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            return
        yield kind & 0x3FFF, data[at + 4 : at + length]
        at += (length + 3) & ~3


class Socket:
    """A netlink socket, of the network namespace in which it was made."""

    def __init__(self, family: int = ROUTE) -> None:
        self.raw = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family)
        self.raw.bind((0, 0))

    def send(self, requests: Iterable[bytes]) -> None:
        """Send all requests and wait until they are done. Raises OSError where one was refused."""
        batch = bytearray()
        for request in requests:
            if len(batch) + len(request) > _BATCH:
                self._exchange(batch)
                batch = bytearray()
            self._last = len(batch)
            batch += request
        if batch:
            self._exchange(batch)

    def _exchange(self, batch: bytearray) -> None:
        """Only the last message asks for an answer; a refusal is told without being asked."""
        flags = struct.unpack_from("=H", batch, self._last + 6)[0]
        struct.pack_into("=H", batch, self._last + 6, flags | ACK)
        struct.pack_into("=I", batch, self._last + 8, 1)  # its sequence number
        self.raw.send(batch)
        refused = 0
        while True:
            for kind, rest in messages(self.raw.recv(1 << 16)):
                if kind != _ERROR:
                    continue
                code, _length, _kind, _flags, sequence = struct.unpack_from("=iIHHI", rest)
                refused = refused or -code
                if sequence == 1:
                    if refused:
                        raise OSError(refused, os.strerror(refused))
                    return

    def send_together(self, requests: Iterable[bytes]) -> None:
        """Send requests that hold together or not at all. Raises OSError where one was refused."""
        batch = list(requests)
        middle = bytearray(batch[-2])
        struct.pack_into("=H", middle, 6, struct.unpack_from("=H", middle, 6)[0] | ACK)
        self.raw.send(b"".join((*batch[:-2], middle, batch[-1])))
        while True:
            for kind, rest in messages(self.raw.recv(1 << 16)):
                if kind == _ERROR:
                    code = -struct.unpack_from("=i", rest)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return

    def close(self) -> None:
        """Close it."""
        self.raw.close()

    def fileno(self) -> int:
        """Its descriptor."""
        return self.raw.fileno()


def is_missing(error: OSError) -> bool:
    """Whether the kernel was built without what was asked for."""
    return error.errno in (errno.ENOENT, errno.EOPNOTSUPP, errno.EPROTONOSUPPORT)
