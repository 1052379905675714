"""The stream of a terminal means the same whole or in pieces, whatever a command prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.runners.marks import Mark, Stream

NONCE = "0123456789abcdef"
LIMIT = 100_000
FORGED = b"\x1b]133;D;fedcba9876543210;0;h;'0'\x07\x1b]133;K;fedcba9876543210\x07"
pieces = st.sampled_from(
    [b"text", b"\r\n", b"\x1b]133;D;", b"\x1b]133;K;", b"\x07", FORGED, b"\xff"]
)
outputs = st.lists(st.one_of(pieces, st.binary(max_size=20)), max_size=20).map(b"".join)


def _told(output: bytes, status: int) -> bytes:
    begun = f"\x1b]133;D;{NONCE};{status};himBH;'{status}'\x07".encode()
    return output + begun + b"[1]+  Killed  sleep 9\r\n" + f"\x1b]133;K;{NONCE}\x07".encode()


def _stream() -> Stream:
    stream = Stream(LIMIT)
    stream.expect_report(NONCE)
    stream.expect_death("death")
    return stream


@given(outputs, st.integers(0, 255), st.lists(st.integers(0, 600), max_size=5), outputs)
def test_a_report_is_found_wherever_the_stream_is_cut(
    output: bytes, status: int, cuts: list[int], after: bytes
) -> None:
    data = _told(output, status) + after
    stream, found, begin = _stream(), [], 0
    for end in (*sorted(cuts), len(data)):
        stream.feed(data[begin:end])
        begin = max(begin, end)
        found += [mark for mark in (stream.take(),) if mark]
    (mark,) = found
    assert (mark.output, mark.status, mark.died, mark.cut) == (output, status, False, False)
    assert mark.jobs == "[1]+  Killed  sleep 9\r\n"
    assert stream.rest().output == after


@given(outputs, st.integers(0, 255))
def test_the_death_of_a_shell_ends_its_output(output: bytes, status: int) -> None:
    stream = _stream()
    stream.feed(output + f"\x1b]133;S;death;{status}\x07".encode())
    assert stream.take() == Mark(output, status, died=True)


@given(st.integers(0, 300_000), st.integers(1, 70_000))
def test_what_is_beyond_the_limit_is_cut_and_said_so(length: int, chunk: int) -> None:
    stream = _stream()
    data = _told(b"x" * length, 3)
    for begin in range(0, len(data), chunk):
        stream.feed(data[begin : begin + chunk])
    mark = stream.take()
    assert mark is not None
    assert mark.output == b"x" * min(length, LIMIT)
    assert (mark.status, mark.cut) == (3, length > LIMIT)


@pytest.mark.parametrize("fields", [b"junk", b"999;h;'0'", b"", b"0", b"-1;h;"])
def test_what_is_no_report_is_not_taken_for_one(fields: bytes) -> None:
    stream = _stream()
    stream.feed(f"\x1b]133;D;{NONCE};".encode() + fields + f"\x07\x1b]133;K;{NONCE}\x07".encode())
    mark = stream.take()
    assert mark is not None
    assert (mark.status, mark.lost) == (255, True)


def test_a_report_without_end_is_given_up() -> None:
    stream, taken = _stream(), None
    stream.feed(b"x" * LIMIT + f"\x1b]133;D;{NONCE};0;h;\x07".encode())
    for _ in range(200):
        stream.feed(b"x" * 65536)
        taken = taken or stream.take()
    assert taken is not None
    assert (taken.output, taken.lost) == (b"x" * LIMIT, True)
