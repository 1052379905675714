"""Files go into a session, and come out of it, only where they may."""

from __future__ import annotations

import pytest

from transcripts.model import Limits

from .conftest import Read, World, Write, shown

CONTENTS = {
    "nothing": "",
    "one line": "a\n",
    "blank lines": "\n\n a \n\n",
    "tabs and carriage returns": "\ta\tb\r\n",
    "quotes and dollars": "'\"$HOME `id` \\\\ \\n !!\n",
    "an end of a here-document": "END\nEOF\nX\n",
    "other scripts": "é€😀\u2028\n",
    "controls": "\x01\x1b[31m\x7f\n",
    "more than a pipe holds": "0123456789\n" * 20_000,
}


@pytest.mark.parametrize("text", CONTENTS.values(), ids=CONTENTS)
def test_a_file_is_written_and_read_back_as_it_was(world: World, text: str) -> None:
    written, read = world.play(Write("file", text), Read("file"))
    assert written is None
    assert read == text.encode()


@pytest.mark.parametrize(
    "name", ["a b", "it's", '"q"', "$HOME", "-n", "é", "*", "~", "a/b/c", "./x", "a;b", "\\", "#x"]
)
def test_a_file_may_have_any_name(world: World, name: str) -> None:
    written, read = world.play(Write(name, "text\n"), Read(name))
    assert (written, read) == (None, b"text\n")


def test_a_file_lies_where_the_shell_is(world: World) -> None:
    _, _, listed, read = world.play(
        "mkdir /tmp/d; cd /tmp/d", Write("f", "x\n"), "ls /tmp/d", Read("f")
    )
    assert shown(listed) == "f\n"
    assert read == b"x\n"


def test_an_absolute_path_is_the_session_s(world: World) -> None:
    written, read = world.play(Write("/tmp/new/f", "x\n"), Read("/tmp/new/f"))
    assert (written, read) == (None, b"x\n")


def test_writing_a_file_changes_nothing_else_of_the_shell(world: World) -> None:
    *_, ran = world.play("false | (exit 3)", Write("f", "x\n"), 'echo "$? ${PIPESTATUS[*]}"')
    assert shown(ran) == "3 1 3\n"


def test_a_file_is_written_under_an_alias_or_function_of_the_same_name(world: World) -> None:
    *_, written, read = world.play(
        "cat() { echo mine; }; alias mkdir='echo mine' command='echo mine'",
        Write("d/f", "x\n"),
        Read("d/f"),
    )
    assert (written, read) == (None, b"x\n")


def test_a_file_is_written_under_set_options(world: World) -> None:
    *_, written, read = world.play("set -Cxv; touch f", Write("f", "x\n"), Read("f"))
    assert (written, read) == (None, b"x\n")


def test_a_file_is_written_by_a_new_shell_after_the_old_one_s_death(world: World) -> None:
    _, written, read = world.play("cd /tmp; exit", Write("f", "x\n"), Read("/home/reader/f"))
    assert (written, read) == (None, b"x\n")


@pytest.mark.parametrize("path", ["/etc/x", "/x", "/usr/bin/x", "/dev/x", "/proc/x"])
def test_a_file_is_refused_where_the_session_cannot_write(world: World, path: str) -> None:
    written, after = world.play(Write(path, "x\n"), "echo after")
    assert path in written
    assert "END_" not in written
    assert shown(after) == "after\n"


def test_a_file_is_refused_on_a_full_disk(world: World) -> None:
    written, after = world.play(
        Write("f", "x" * 100 + "\n"),
        "head -c 1M /dev/zero >full; true",
        Write("g", "x" * 10_000 + "\n"),
        limits=Limits(storage=64 << 10),
    )[::2]
    assert written is None
    assert "No space left on device" in after


@pytest.mark.parametrize(
    ("made", "path", "said"),
    [
        ("true", "f", "no such file or directory"),
        ("mkdir f", "f", "it is no regular file"),
        ("mkfifo f", "f", "it is no regular file"),
        ("ln -s /etc/hostname f", "f", "too many levels of symbolic links"),
        ("touch g; ln -s g f", "f", "too many levels of symbolic links"),
        ("mkdir d; ln -s d e; touch d/f", "e/f", "too many levels of symbolic links"),
        ("touch f; ln f g", "f", "more than one name"),
        ("true", "/etc/passwd", "outside of what the session can write"),
        ("true", "/usr/bin/env", "outside of what the session can write"),
        ("cd /tmp", "../etc/passwd", "invalid cross-device link"),
        ("true", "../../etc/passwd", "invalid cross-device link"),
        ("cd /", "etc/passwd", "outside of what the session can write"),
        ("true", "/proc/self/environ", "too many levels of symbolic links"),
        ("true", "/proc/1/root/etc/shadow", "too many levels of symbolic links"),
        ("true", "/proc/uptime", "outside of what the session can write"),
        ("true", "/dev/null", "it is no regular file"),
        ("true", "/dev/tty", ""),
        ("true", "", "it is no regular file"),
        ("true", "/", "it is no regular file"),
        ("head -c 2000 /dev/zero >f", "f", "it has 2000 bytes, more than the limit of 1000"),
    ],
)
def test_what_may_not_leave_the_sandbox_is_refused(
    world: World, made: str, path: str, said: str
) -> None:
    _, refusal, after = world.play(made, Read(path, limit=1000), "echo after")
    assert isinstance(refusal, str), refusal
    assert said in refusal
    assert shown(after) == "after\n"


def test_a_file_of_just_the_limit_is_read(world: World) -> None:
    _, read = world.play("head -c 1000 /dev/zero >f", Read("f", limit=1000))
    assert read == bytes(1000)


def test_a_file_with_a_nul_in_its_name_is_refused(world: World) -> None:
    refusal, after = world.play(Read("a\0b"), "echo after")
    assert isinstance(refusal, str)
    assert shown(after) == "after\n"


def test_a_directory_that_is_gone_is_refused(world: World) -> None:
    _, written, read = world.play("mkdir d; cd d; rmdir ../d", Write("f", "x\n"), Read("f"))
    assert "No such file or directory" in written
    assert read == "no such file or directory"
