"""Outputs and inputs of every size arrive whole, or say what was cut."""

from __future__ import annotations

import time

from transcripts.model import Limits

from .conftest import World, shown


def test_30000_lines_arrive_whole(world: World) -> None:
    assert world.output("seq 30000") == "".join(f"{n}\n" for n in range(1, 30001))


def test_20000_columns_arrive_whole(world: World) -> None:
    assert world.output("printf '%020000d\\n' 7") == "0" * 19999 + "7\n"


def test_a_command_of_5000_characters_is_typed_whole(world: World) -> None:
    assert world.output(f"echo {'x' * 5000} | wc -c") == "5001\n"


def test_a_here_document_longer_than_a_pipe_is_typed_whole(world: World) -> None:
    lines = "0123456789\n" * 7_000
    ran, after = world.commands(f"wc -c <<'END'\n{lines}END", "echo after")
    assert (shown(ran), ran.status, ran.notes) == ("77000\n", 0, ())
    assert shown(after) == "after\n"


def test_an_unfinished_here_document_longer_than_a_pipe_is_named(world: World) -> None:
    ran, after = world.commands("cat <<'END'\n" + "0123456789\n" * 7_000, "echo after")
    assert ran.failed
    assert "not complete" in ran.notes[0]
    assert shown(after) == "after\n"


def test_what_a_dead_shell_did_not_read_is_not_typed_into_the_next(world: World) -> None:
    ran, after = world.commands("exit 3\n" + "echo never\n" * 7_000, "echo after")
    assert (shown(ran), ran.status) == ("", 3)
    assert shown(after) == "after\n"


def test_output_beyond_the_limit_is_cut_and_says_so(world: World) -> None:
    ran, after = world.commands(
        "seq 1000000; (exit 3)", "echo after", limits=Limits(output=64 << 10)
    )
    assert (ran.status, ran.notes, ran.failed) == (3, ("output cut after 64 KiB",), False)
    assert len(ran.output) == 64 << 10
    assert ran.output.startswith(b"1\r\n2\r\n3\r\n")
    assert (shown(after), after.notes) == ("after\n", ())


def test_output_beyond_the_limit_is_cut_beside_many_jobs(world: World) -> None:
    _, ran, after = world.commands(
        "for i in $(seq 100); do sleep 300 & done",
        "seq 100000; (exit 3)",
        "jobs | wc -l",
        limits=Limits(output=1000),
    )
    assert (ran.status, ran.notes) == (3, ("output cut after 1000 bytes",))
    assert shown(after) == "100\n"


def test_output_of_just_the_limit_is_not_cut(world: World) -> None:
    (ran,) = world.commands("printf '%01000d' 0", limits=Limits(output=1000))
    assert (len(ran.output), ran.notes) == (1000, ())


def test_output_of_one_byte_more_than_the_limit_is_cut_and_says_so(world: World) -> None:
    (ran,) = world.commands("printf '%01001d' 0", limits=Limits(output=1000))
    assert (len(ran.output), ran.notes) == (1000, ("output cut after 1000 bytes",))


def test_bytes_that_are_no_text_arrive_as_they_are(world: World) -> None:
    octal = "".join(f"\\{byte:03o}" for byte in range(256) if byte != 0x0A)
    (ran,) = world.commands(f"printf '{octal}'")
    assert ran.output == bytes(byte for byte in range(256) if byte != 0x0A)


def test_a_command_that_holds_bytes_beyond_utf_8_is_typed_as_it_is(world: World) -> None:
    (ran,) = world.commands("printf '\udcff' | od -An -tx1")
    assert shown(ran) == " ff\n"


def test_the_terminal_has_the_size_of_the_environment(world: World) -> None:
    assert world.output("stty size </dev/tty", columns=132, rows=50) == "50 132\n"


def test_a_shell_that_ended_between_two_commands_is_told_and_none_is_lost(world: World) -> None:
    begun, *_, next_one, after = world.play(
        # Without a program, as those wait for us before they start.
        "x=1; (for ((n = 0; n < 100000; n++)); do :; done; echo late; kill -9 $$) &",
        lambda _: time.sleep(2),
        "echo $x-",
        "echo after",
    )
    assert (begun.status, begun.notes) == (0, ())
    assert (shown(next_one)[-2:], next_one.status, next_one.failed) == ("-\n", 0, False)
    assert next_one.notes == ("the shell had ended before; this ran in a new one",)
    assert "late" in shown(next_one)
    assert (shown(after), after.notes) == ("after\n", ())
