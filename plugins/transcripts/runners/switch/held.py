"""Packets that the router forwards, held back by the kernel until we let them go.

Source: linux/netfilter/nfnetlink_queue.h, nf_tables.h. No packet is copied to us: only its number,
and between which links it goes.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from .kernel import Inbox
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
from .paths import Pair, Paths

_TABLES, _QUEUES = 10 << 8, 3 << 8
_NEW_TABLE, _NEW_CHAIN, _NEW_RULE = _TABLES | 0, _TABLES | 3, _TABLES | 6
_BEGIN, _END = 0x10, 0x11
_FORWARD = 2
_FROM_NAME, _TO_NAME, _REGISTER, _EQUAL = 6, 7, 1, 0
_PACKET, _VERDICT, _CONFIG, _VERDICT_UNTIL = (_QUEUES | number for number in range(4))
_BIND, _META = 1, 1
_DROP, _ACCEPT = 0, 1
_MOST_HELD = 1 << 17
_NAME = "delay"
_RECEIVE_BYTES = 8 << 20
_NOTICE = struct.Struct(">4x2s18xI4x4sI4sI16x")
"""Of a packet: the message's kind, the packet's number, and two attributes whole, which are the
indices of the links that it comes from and goes to. What follows is cut off."""
_KIND, _FROM, _TO = (struct.pack("=H", _PACKET), *(struct.pack("=HH", 8, k) for k in (5, 6)))
_VERDICT_HEAD = struct.Struct("=IHHIIBBBBHH")
_VERDICT_TAIL = struct.Struct(">II")
_SO_RCVBUFFORCE = 33
_EVEN_QUEUES, _VARIED_QUEUES = 4, 32
_AT_ONCE = 512
"""Notices, or verdicts, in one system call."""

_Rule = tuple[Pair, int, int]
"""Which packets go to which queues: the first one's number, and how many there are."""


class Held:
    """The packets that wait for us, sorted by what lies on their way.

    They come through several queues, as each has room for some hundred notices and no more;
    all packets from one host to another are in the same one, so they keep their order.
    """

    def __init__(self, paths: Paths) -> None:
        """Ask for them. Raises OSError where the kernel cannot hold packets back."""
        free, inbox = count(), Inbox(_AT_ONCE, _NOTICE.size)
        rules: list[_Rule] = []

        def queues(pairs: Sequence[Pair], most: int) -> tuple[Queue, ...]:
            made = tuple(Queue(next(free), inbox) for _ in range(most if pairs else 0))
            rules.extend((pair, made[0].number, most) for pair in pairs)
            return made

        self.even = {delay: queues(pairs, _EVEN_QUEUES) for delay, pairs in paths.even.items()}
        self.varied = queues(paths.varied, _VARIED_QUEUES)
        if rules:
            _ask_for(rules)


class Queue:
    """One of the queues, with a socket of its own."""

    def __init__(self, number: int, inbox: Inbox) -> None:
        self.number = number
        self._inbox = inbox
        self._socket = Socket(NETFILTER)
        self._socket.send(_bound(number))
        self._raw = self._socket.raw
        self._one, self._until = (
            _VERDICT_HEAD.pack(32, kind, 1, 0, 0, 0, 0, number >> 8, number & 0xFF, 12, 2)
            for kind in (_VERDICT, _VERDICT_UNTIL)
        )
        for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF):
            with contextlib.suppress(OSError):
                self._raw.setsockopt(socket.SOL_SOCKET, option, _RECEIVE_BYTES)
        self._raw.setblocking(False)

    def __lt__(self, other: Queue) -> bool:
        return self.number < other.number

    def fileno(self) -> int:
        """What is readable when a packet has come."""
        return self._socket.fileno()

    def newest(self) -> tuple[int, int]:
        """How many packets are new, and the number of the last one."""
        found = self._inbox.receive(self._raw.fileno())
        for at in range(found - 1, -1, -1):
            kind, number, *_ = _NOTICE.unpack_from(self._inbox.data, at * _NOTICE.size)
            if kind == _KIND:
                return found, number
        return 0, 0

    def arrived(self) -> Iterator[tuple[int, int, int]]:
        """Of each new packet its number, and the indices of the links it comes from and goes to."""
        found = self._inbox.receive(self._raw.fileno())
        told = memoryview(self._inbox.data)[: found * _NOTICE.size]
        for kind, number, from_head, from_, to_head, to in _NOTICE.iter_unpack(told):
            if kind == _KIND and from_head == _FROM and to_head == _TO:
                yield number, from_, to

    def release(self, numbers: Sequence[int], *, drop: bool = False) -> None:
        """Let packets go on their way, or drop them."""
        pack, verdict = _VERDICT_TAIL.pack, _DROP if drop else _ACCEPT
        requests = [self._one + pack(verdict, number) for number in numbers]
        for begin in range(0, len(requests), _AT_ONCE):
            self._raw.send(b"".join(requests[begin : begin + _AT_ONCE]))

    def release_until(self, number: int) -> None:
        """Let a packet go on its way, and all that came before it."""
        self._raw.send(self._until + _VERDICT_TAIL.pack(_ACCEPT, number))


# --- Requests to the kernel -------------------------------------------------------------


def _bound(number: int) -> Iterator[bytes]:
    """Be the one who decides on a queue, told of each packet, but not what is in it."""
    command = attribute(1, struct.pack(">BxH", _BIND, socket.AF_INET))
    told = attribute(2, struct.pack(">IB", 0, _META))
    for option in (command, told, attribute(3, struct.pack(">I", _MOST_HELD))):
        yield message(_CONFIG, 0, struct.pack(">BBH", 0, 0, number), option)


def _ask_for(rules: Sequence[_Rule]) -> None:
    try:
        _send(_table(rules, _queue))
    except OSError as error:
        if not is_missing(error):
            raise
        _send(_table(rules, _target))


def _send(requests: Iterator[bytes]) -> None:
    tables = Socket(NETFILTER)  # its own: of what is refused each rule is told
    try:
        tables.send_together(requests)
    finally:
        tables.close()


def _table(rules: Sequence[_Rule], to_queues: Callable[[int, int], bytes]) -> Iterator[bytes]:
    """A table with one chain: of what is forwarded, such packets go to such queues."""
    family = struct.pack(">BxH", socket.AF_INET, 0)
    hook = attribute(4, attribute(1, struct.pack(">I", _FORWARD)), attribute(2, bytes(4)))
    yield message(_BEGIN, 0, struct.pack(">BxH", 0, 10))
    yield message(_NEW_TABLE, CREATE, family, text(1, _NAME))
    yield message(
        _NEW_CHAIN, CREATE, family, text(1, _NAME), text(3, _NAME), hook, text(7, "filter")
    )
    for (from_, to), first, most in rules:
        parts = (*_begins(_FROM_NAME, from_), *_begins(_TO_NAME, to), to_queues(first, most))
        whole = (text(1, _NAME), text(2, _NAME), attribute(4, *parts))
        yield message(_NEW_RULE, CREATE | APPEND, family, *whole)
    yield message(_END, 0, struct.pack(">BxH", 0, 10))


def _begins(key: int, prefix: str) -> Iterator[bytes]:
    """Whether the name of a link begins so."""
    if prefix:
        register, equal = (struct.pack(">I", number) for number in (_REGISTER, _EQUAL))
        yield _expression("meta", attribute(1, register), attribute(2, struct.pack(">I", key)))
        wanted = attribute(3, attribute(1, prefix.encode()))
        yield _expression("cmp", attribute(1, register), attribute(2, equal), wanted)


def _queue(first: int, most: int) -> bytes:
    numbers = (attribute(1, struct.pack(">H", first)), attribute(2, struct.pack(">H", most)))
    return _expression("queue", *numbers)


def _target(first: int, most: int) -> bytes:
    """The same by xtables, which kernels have that lack the expression."""
    revision = attribute(2, struct.pack(">I", 1))
    info = attribute(3, struct.pack("=HHxxxx", first, most))
    return _expression("target", text(1, "NFQUEUE"), revision, info)


def _expression(name: str, *parts: bytes) -> bytes:
    return attribute(1, text(1, name), attribute(2, *parts))
