"""A session's digest changes with all that decides what it prints, and with nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.errors import ParseError
from transcripts.model import Environment, Limits, Post, Session
from transcripts.parse import parse

_SANDBOX = Environment(name="sandbox")
_WORDS = st.text(st.characters(exclude_characters="`~:\r\n", exclude_categories=["Cc", "Cs"]))
_PROSE = st.lists(_WORDS.map(lambda text: f"So {text}"), max_size=4).map("\n\n".join)

POST = """Title: {title}

{prose}

```{language} file={path}
{file}
```

{between}

```console run {options}
$ {command}
{claim}
```

{after}
"""
USUAL = {
    "title": "A post",
    "prose": "",
    "language": "c",
    "path": "a.c",
    "file": "int x;",
    "between": "",
    "options": "",
    "command": "make",
    "claim": "",
    "after": "",
}


def _session(
    changes: Mapping[str, str] | None = None, environment: Environment = _SANDBOX
) -> Session:
    text = POST.format(**{**USUAL, **(changes or {})})
    (session,) = parse(text, "post.md", {"sandbox": environment}).sessions
    return session


@given(title=_WORDS, prose=_PROSE, between=_PROSE, after=_PROSE)
def test_prose_and_line_numbers_change_nothing(
    title: str, prose: str, between: str, after: str
) -> None:
    changed = _session({"title": title, "prose": prose, "between": between, "after": after})
    assert changed.digest == _session().digest


@pytest.mark.parametrize(
    "changes",
    [
        {"claim": "output"},
        {"claim": "...\n{{…}}\n[3]"},
        {"options": "exit=any"},
        {"options": "hide"},
        {"options": "hide=output"},
        {"options": 'placeholder="\\d+"'},
        {"options": "then=2009-03-08"},
        {"options": "timeout=30s"},
        {"options": "session=main"},
        {"language": "make"},
        {"after": "```console run session=other\n$ false\n```"},
        {"after": "```console\n$ only shown\n```"},
        {"title": "x\nEnvironment: sandbox"},
    ],
    ids=str,
)
def test_what_is_only_said_or_shown_changes_nothing(changes: dict[str, str]) -> None:
    text = POST.format(**{**USUAL, **changes})
    session = parse(text, "other.md", {"sandbox": _SANDBOX}).sessions[0]
    assert session.digest == _session().digest


@pytest.mark.parametrize(
    "changes",
    [
        {"command": "make all"},
        {"command": "make "},
        {"command": "make\n> all"},
        {"claim": "$ make"},
        {"path": "b.c"},
        {"file": "int y;"},
        {"file": "int x;\n"},
        {"options": "timeout=31s"},
        {"options": "table=a.csv"},
        {"options": 'figure=a.svg alt="x"'},
        {"after": "```console run\n$ make\n```"},
        {"after": "```c file=b.c\n```"},
    ],
    ids=str,
)
def test_what_is_typed_written_or_taken_out_changes_the_digest(changes: dict[str, str]) -> None:
    assert _session(changes).digest != _session().digest


def test_the_words_for_a_picture_change_nothing() -> None:
    one = _session({"options": 'figure=a.svg alt="one"'})
    assert one.digest == _session({"options": 'figure=a.svg alt="two"'}).digest


def test_the_order_of_steps_counts() -> None:
    file, block = "```c file=a.c\nint x;\n```\n", "```console run\n$ make\n```\n"
    first, second = (
        parse(text, "post.md", {"sandbox": _SANDBOX}).sessions[0].digest
        for text in (file + block, block + file)
    )
    assert first != second


_MACHINE = Environment(name="machine", runner="machine", root="debian:bookworm")
_HASH = "0123456789abcdef" * 4
_WORLD = f"""Environment: machine
Mounts: /mnt/a ext3 size=64M inode_size=128 noatime
    /mnt/b xfs size=1G block_size=1K
Packages: gcc make
Inputs: pypi ruff=0.14.5 sha256:{_HASH}
    file words.txt"""


def _digest_in(world: str, title: str = "A post") -> str:
    text = POST.format(**{**USUAL, "title": f"{title}\n{world}"})
    environments = {"sandbox": _SANDBOX, "machine": _MACHINE}
    return parse(text, "post.md", environments).sessions[0].digest


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("size=64M inode_size=128 noatime", "size=64M,inode_size=128,noatime"),
        ("size=64M inode_size=128 noatime", "noatime size=65536K inode_size=128"),
        ("gcc make", "make, gcc,make"),
        ("gcc make", "gcc\n    make"),
        ("Environment: machine", "Tags: a\nEnvironment: machine"),
    ],
)
def test_the_same_world_in_other_words_and_lines_changes_nothing(said: str, other: str) -> None:
    assert _digest_in(_WORLD.replace(said, other)) == _digest_in(_WORLD)


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("/mnt/a", "/mnt/c"),
        ("ext3", "ext4"),
        ("size=64M", "size=65M"),
        ("inode_size=128", "inode_size=256"),
        ("inode_size=128 ", ""),
        ("block_size=1K", "block_size=2K"),
        ("noatime", "relatime"),
        (" noatime", " noatime,nodiratime"),
        ("gcc make", "gcc"),
        ("gcc make", "g++ make"),
        ("pypi", "npm"),
        ("ruff", "black"),
        ("0.14.5", "0.14.6"),
        (_HASH, _HASH[::-1]),
        (f" sha256:{_HASH}", ""),
        ("words.txt", "other.txt"),
        ("    file words.txt", f"    file words.txt sha256:{_HASH}"),
    ],
)
def test_every_part_of_the_world_counts(said: str, other: str) -> None:
    assert _WORLD.count(said) == 1
    assert _digest_in(_WORLD.replace(said, other)) != _digest_in(_WORLD)


def test_the_order_of_mounts_counts_as_it_names_their_devices() -> None:
    head, first, second, *rest = _WORLD.splitlines()
    swapped = (head, f"Mounts: {second.strip()}", f"    {first.removeprefix('Mounts: ')}", *rest)
    assert _digest_in("\n".join(swapped)) != _digest_in(_WORLD)


def test_who_types_and_writes_counts() -> None:
    text = "Environment: machine\n\n```c file=a.c\n```\n\n```console run table=t.csv\n$ id\n```\n"
    environments = {"machine": _MACHINE}
    user, root = (
        parse(one, "post.md", environments).sessions[0].digest
        for one in (text, text.replace("$ id", "# id"))
    )
    assert user != root


@pytest.mark.parametrize(
    "field", [field.name for field in fields(Environment) if field.name != "limits"]
)
def test_every_part_of_the_environment_counts(field: str) -> None:
    value = getattr(_SANDBOX, field)
    other: object = value + 1 if isinstance(value, int) else f"{value}2"
    other = (*value, "make") if isinstance(value, tuple) else other
    changed = replace(_SANDBOX, **{field: other})  # type: ignore[arg-type]  # of the field's type
    assert _session(environment=changed).digest != _session().digest


@pytest.mark.parametrize("field", [field.name for field in fields(Limits)])
def test_every_limit_counts(field: str) -> None:
    limits = replace(Limits(), **{field: getattr(Limits(), field) + 1})
    assert _session(environment=replace(_SANDBOX, limits=limits)).digest != _session().digest


def test_the_usual_timeout_is_the_limit_of_the_environment() -> None:
    environment = replace(_SANDBOX, limits=Limits(command=5))
    assert [command.timeout for command in _session(environment=environment).commands] == [5]


@given(st.text())
def test_any_text_is_a_post_or_one_complaint_with_its_place(text: str) -> None:
    _parse_or_complain(text)


_LINES = st.sampled_from(
    [
        "```console run",
        "```console",
        "```",
        "~~~",
        "````",
        "$ a",
        "# b",
        "> c",
        ">",
        "[1]",
        "...",
        "",
        "text",
        "Environment: sandbox",
        "Environment: machine",
        "Mounts: /mnt/d ext4 size=1M",
        "Packages: make",
        "Inputs: file a",
        "    more",
        "    file b",
        "```c file=a",
        '```console run session=s hide=output placeholder="x" then=2009-03-08',
        '```console run figure=a.svg alt="b"',
        "peer1$ x",
    ]
)


@given(st.lists(_LINES, max_size=15).map("\n".join))
def test_any_lines_are_a_post_or_one_complaint_with_its_place(text: str) -> None:
    _parse_or_complain(text)


def _parse_or_complain(text: str) -> None:
    count = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    try:
        post = parse(text, "post.md", {"sandbox": _SANDBOX, "machine": _MACHINE})
    except ParseError as error:
        complaint = re.fullmatch(r"post\.md:(\d+): .*", str(error))
        lines = [int(complaint[1])] if complaint else []
    else:
        lines = [1, *_block_lines(post)]
    assert lines
    assert lines == sorted(lines)
    assert all(1 <= line <= count for line in lines)


def _block_lines(post: Post) -> list[int]:
    return [line for block in post.blocks for line in (block.location.line, block.last_line)]
