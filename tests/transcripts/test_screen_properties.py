"""What holds for whatever a terminal got."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.model import PLAIN, Line, line_text
from transcripts.screen import read_screen, too_busy

_NUMBERS = st.lists(st.integers(0, 300).map(str), max_size=4).map(";".join)
_STYLES = st.one_of(
    _NUMBERS.map(lambda numbers: f"\x1b[{numbers}m"),
    st.sampled_from(["\x1b[38:2::1:2:3m", "\x1b[4:3m", "\x1b]8;;http://a/\x07", "\x1b]8;;\x1b\\"]),
)
_SEQUENCES = st.one_of(
    _STYLES,
    st.builds("\x1b[{}{}".format, _NUMBERS, st.sampled_from("@ABCDEFGHIJKLMPSTXZ`abcdefghlmnrsu")),
    st.builds("\x1b[{}".format, st.text("0123456789;:?<=>! $@Am\x1b", max_size=8)),
    st.builds("\x1b{}".format, st.text("78DEMc#()%[]PX^_\\ 0B", max_size=3)),
    st.sampled_from(["\x1b[?1049h", "\x1b[?1049l", "\x1b]0;", "\x07", "\x9b", "\x9d", "\x18"]),
)
_TEXT = st.one_of(
    st.text(max_size=10),
    st.text("ab \t\r\b\n", max_size=10),
    st.text("字é\u0301\u200d\ufe0f\ufffe\ufeff\x00", max_size=5),
)
_PIECES = st.lists(st.one_of(_TEXT, _SEQUENCES), max_size=30).map("".join)
_OUTPUT = st.one_of(
    st.binary(),
    _PIECES.map(lambda text: text.encode("utf-8", "surrogatepass")),
)


@given(_OUTPUT)
def test_any_bytes_become_lines_of_characters_that_can_be_shown(data: bytes) -> None:
    lines = read_screen(data)
    for line in lines:
        assert all(_is_shown(character) for character in line_text(line))
        assert _is_joined(line)


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs") and ord(character) & 0xFFFE != 0xFFFE


def _is_joined(line: Line) -> bool:
    neighbours = pairwise(line)
    return all(span.text for span in line) and all(a.style != b.style for a, b in neighbours)


@given(_OUTPUT)
def test_no_line_ends_in_blanks_that_nobody_sees(data: bytes) -> None:
    for line in read_screen(data):
        last = line[-1].style if line else PLAIN
        seen = last.background or last.underline or last.inverse or last.strike
        assert seen or line_text(line) == line_text(line).rstrip()


@given(_OUTPUT)
def test_what_is_shown_shows_itself_when_it_is_written_again(data: bytes) -> None:
    shown = [line_text(line).rstrip() for line in read_screen(data)]
    again = read_screen("".join(f"{line}\r\n" for line in shown).encode())
    assert [line_text(line) for line in again] == shown


@given(_OUTPUT)
def test_newlines_mean_the_same_with_and_without_a_carriage_return(data: bytes) -> None:
    bare = data.replace(b"\r\n", b"\n")
    assert read_screen(bare.replace(b"\n", b"\r\n")) == read_screen(bare)


_WORDS = st.text("abc 字", max_size=3)
_FORWARD = st.lists(
    st.one_of(
        _WORDS,
        _STYLES,
        st.sampled_from(["\r", "\b", "\t", "\r\n", "\x1b[K", "\x1b[2D", "\x1b[5G", "\x1b[2P"]),
    ),
    max_size=12,
).map("".join)


@given(_FORWARD)
def test_a_line_and_a_whole_terminal_show_the_same(text: str) -> None:
    needs_terminal = "\x1b7"
    assert read_screen((needs_terminal + text).encode()) == read_screen(text.encode())


@pytest.mark.parametrize("final", ["C", "A", "m", "@", "P", "X", "G", "K", "H", "d", "r", "J"])
def test_a_huge_number_neither_fails_nor_fills_the_memory(final: str) -> None:
    sequence = f"\x1b[{'9' * 5000}{final}"
    lines = read_screen(f"a{sequence * 50}b".encode())
    assert max(map(len, map(line_text, lines))) <= 10_000


def test_a_huge_color_is_no_color() -> None:
    (line,) = read_screen(f"\x1b[38;5;{'9' * 5000}mplain".encode())
    assert line[0].style.color is None


def test_the_screen_is_as_wide_and_as_high_as_declared() -> None:
    moves = b"\x1b[H\x1b[99;99Hx"
    lines = read_screen(moves, columns=10, rows=4)
    assert [line_text(line) for line in lines] == ["", "", "", " " * 9 + "x"]


# --- Bounds -----------------------------------------------------------------------------

_WIDEST = 32_768


@pytest.mark.parametrize(
    "output",
    [
        "x" * 40_000,
        "\x1b[1m" + "x" * 40_000,
        "\x1b[1m" + "\t" * 40_000 + "x",
        "\t" * 40_000 + "x",
        "\x1b[1m" + "字" * 40_000,
        "\x1b[1m" + "x" * 40_000 + "\x1b[C" * 40_000 + "y",
    ],
)
def test_a_row_ends_in_an_ellipsis_where_it_gets_too_wide(output: str) -> None:
    (line,) = read_screen(output.encode())
    text = line_text(line)
    cells = len(text) + text.count("字")
    assert cells == _WIDEST
    assert text.endswith("…")


def test_a_row_as_wide_as_can_be_is_whole() -> None:
    for style in ("", "\x1b[1m"):
        (line,) = read_screen(f"{style}{'x' * _WIDEST}".encode())
        assert line_text(line) == "x" * _WIDEST


@pytest.mark.parametrize(("sequence", "shift"), [("\x1b[P", -1), ("\x1b[@", 1)])
def test_a_long_row_is_edited_only_so_often(sequence: str, shift: int) -> None:
    (line,) = read_screen(f"\x1b[1m{'x' * 8_000}\r{sequence * 2_000}".encode())
    edits = (len(line_text(line)) - 8_000) * shift
    assert 100 < edits < 140


def test_a_few_sequences_make_only_so_many_blanks() -> None:
    lines = read_screen(b"\x1b[9999Gx\r\n" * 1_000)
    assert sum(len(line_text(line)) for line in lines) < 1_100_000


def test_what_is_erased_to_the_end_costs_nothing() -> None:
    progress = "".join(f"\rstep {number:80}\x1b[K" for number in range(30_000))
    (line,) = read_screen(progress.encode())
    assert line_text(line) == f"step {29_999:80}"


@pytest.mark.parametrize("begin", ["", "\x1b7"])
@pytest.mark.parametrize("marks", ["\u0301", "\x1b[m\u0301", " \b\u0301"])
def test_a_cell_takes_eight_combining_marks(begin: str, marks: str) -> None:
    (line,) = read_screen(f"{begin}x{marks * 100}".encode())
    assert line_text(line) == "x" + "\u0301" * 8


@pytest.mark.parametrize(
    ("data", "busy"),
    [
        (b"", False),
        (b"x" * 300_000, False),
        (b"\x1b[1mx" * 60_000, False),
        (b"\x1b[H" * 4_000, False),
        (b"\x1b[H" * 4_001, True),
        (b"\x1bM" * 4_001, True),
        (b"\x1b[H" + b"\n" * 262_141, False),
        (b"\x1b[H" + b"\n" * 262_142, True),
        (b"\x1b[?1049h" + b"\x1b[H" * 5_000 + b"\x1b[?1049l", False),
    ],
)
def test_output_is_too_busy_where_a_terminal_would_take_minutes(data: bytes, busy: bool) -> None:
    assert too_busy(data) is busy


def test_where_the_output_is_too_busy_it_is_read_forward() -> None:
    lines = read_screen(b"a\r\n" + b"\x1b[H\x1b[1J" * 3_000 + b"b\r\n")
    assert [line_text(line) for line in lines] == ["a", "b"]
