"""Packets that the router forwards, held back by the kernel until we let them go.

Source: linux/netfilter/nfnetlink_queue.h, nf_tables.h. No packet is copied to us: only its number,
and between which links it goes.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator, Sequence

from .netlink import (
    APPEND,
    CREATE,
    NETFILTER,
    Socket,
    attribute,
    is_missing,
    message,
    text,
)

_TABLES, _QUEUES = 10 << 8, 3 << 8
_NEW_TABLE, _NEW_CHAIN, _NEW_RULE = _TABLES | 0, _TABLES | 3, _TABLES | 6
_BEGIN, _END = 0x10, 0x11
_FORWARD = 2
_PACKET, _VERDICT, _CONFIG = _QUEUES | 0, _QUEUES | 1, _QUEUES | 2
_BIND, _META = 1, 1
_DROP, _ACCEPT = 0, 1
_MOST_HELD = 1 << 17
_NAME = "delay"
_RECEIVE_BYTES = 8 << 20
_MESSAGE, _FROM, _TO = (struct.pack("=H", _PACKET), *(struct.pack("=HH", 8, k) for k in (5, 6)))
_VERDICT_HEAD = struct.Struct("=IHHIIBBBBHH")
_AMONG = struct.Struct(">H")
_QUEUES_USED = 32
_SO_RCVBUFFORCE = 33
_VERDICT_TAIL = struct.Struct(">II")
_AT_ONCE = 512
"""Verdicts in one system call."""


class Held:
    """The packets that wait for us, from all links to all links.

    They come through several queues, as each has room for some hundred notices and no more;
    all packets from one host to another are in the same one, so they keep their order.
    """

    def __init__(self) -> None:
        """Ask for them. Raises OSError where the kernel cannot hold packets back."""
        self.queues = tuple(Queue(number) for number in range(_QUEUES_USED))
        tables = Socket(NETFILTER)
        try:
            numbers = (attribute(1, struct.pack(">H", 0)), attribute(2, _AMONG.pack(_QUEUES_USED)))
            tables.send_together(_rule("queue", *numbers))
        except OSError as error:
            if not is_missing(error):
                raise
            info = attribute(3, struct.pack("=HHxxxx", 0, _QUEUES_USED))
            revision = attribute(2, struct.pack(">I", 1))
            tables.send_together(_rule("target", text(1, "NFQUEUE"), revision, info))
        finally:
            tables.close()


class Queue:
    """One of the queues, with a socket of its own."""

    def __init__(self, number: int) -> None:
        self._socket = Socket(NETFILTER)
        self._socket.send(_bound(number))
        self._raw = self._socket.raw
        self._head = _VERDICT_HEAD.pack(32, _VERDICT, 1, 0, 0, 0, 0, number >> 8, number, 12, 2)
        for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF):
            with contextlib.suppress(OSError):
                self._raw.setsockopt(socket.SOL_SOCKET, option, _RECEIVE_BYTES)
        self._raw.setblocking(False)

    def __lt__(self, other: Queue) -> bool:
        return self.fileno() < other.fileno()

    def fileno(self) -> int:
        """What is readable when a packet has come."""
        return self._socket.fileno()

    def arrived(self, most: int) -> Iterator[tuple[int, int, int]]:
        """Of each new packet its number, and the indices of the links it comes from and goes to."""
        receive, whole = self._raw.recv, int.from_bytes
        for _ in range(most):
            try:
                data = receive(4096)
            except BlockingIOError:
                return
            except OSError:  # ENOBUFS: some were lost, which the kernel counts
                continue
            if data[4:6] == _MESSAGE and data[32:36] == _FROM and data[40:44] == _TO:
                yield whole(data[24:28]), whole(data[36:40]), whole(data[44:48])

    def release(self, numbers: Sequence[int], *, drop: bool = False) -> None:
        """Let packets go on their way, or drop them."""
        pack, verdict = _VERDICT_TAIL.pack, _DROP if drop else _ACCEPT
        requests = [self._head + pack(verdict, number) for number in numbers]
        for begin in range(0, len(requests), _AT_ONCE):
            self._raw.send(b"".join(requests[begin : begin + _AT_ONCE]))


# --- Requests to the kernel -------------------------------------------------------------


def _bound(number: int) -> Iterator[bytes]:
    """Be the one who decides on a queue, told of each packet, but not what is in it."""
    command = attribute(1, struct.pack(">BxH", _BIND, socket.AF_INET))
    told = attribute(2, struct.pack(">IB", 0, _META))
    for option in (command, told, attribute(3, struct.pack(">I", _MOST_HELD))):
        yield message(_CONFIG, 0, struct.pack(">BBH", 0, 0, number), option)


def _rule(name: str, *parts: bytes) -> Iterator[bytes]:
    """A table with one chain with one rule: all that is forwarded goes to our queues."""
    family = struct.pack(">BxH", socket.AF_INET, 0)
    hook = attribute(4, attribute(1, struct.pack(">I", _FORWARD)), attribute(2, bytes(4)))
    rule = attribute(4, attribute(1, text(1, name), attribute(2, *parts)))
    yield message(_BEGIN, 0, struct.pack(">BxH", 0, 10))
    yield message(_NEW_TABLE, CREATE, family, text(1, _NAME))
    yield message(
        _NEW_CHAIN, CREATE, family, text(1, _NAME), text(3, _NAME), hook, text(7, "filter")
    )
    yield message(_NEW_RULE, CREATE | APPEND, family, text(1, _NAME), text(2, _NAME), rule)
    yield message(_END, 0, struct.pack(">BxH", 0, 10))
