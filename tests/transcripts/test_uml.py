"""Case files: NAME.toml is a world and two systems, NAME.expected all that a machine is given."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from transcripts.config import read_config
from transcripts.model import World
from transcripts.parse import parse
from transcripts.runners import uml
from transcripts.runners.bubblewrap import ISOLATION, Invocation, Layout
from transcripts.runners.guestroot import FIRST_DISK_FD, Systems

_FIRST_FD = 100


@pytest.mark.cases("uml/*.toml")
def test_what_a_machine_is_given_is_what_its_case_says(case: Path, expect) -> None:
    expect(case.with_suffix(".expected"), "".join(f"{line}\n" for line in _lines(case)))


@pytest.mark.cases("uml/*.toml")
def test_the_kernel_runs_isolated_and_every_bind_is_read_only(case: Path) -> None:
    arguments = _invoked(case).arguments
    options = arguments[: arguments.index("--")]
    assert options[: len(ISOLATION)] == ISOLATION
    assert not {"--bind", "--dev-bind", "--bind-try", "--share-net", "--bind-data"} & set(options)


@pytest.mark.cases("uml/*.toml")
def test_every_writable_file_system_has_a_size(case: Path) -> None:
    arguments = _invoked(case).arguments
    mounted = [number for number, word in enumerate(arguments) if word == "--tmpfs"]
    assert mounted
    assert all(arguments[number - 2] == "--size" for number in mounted)
    kinds = [line.split() for line in uml.texts(_world(case))["fstab"].splitlines()]
    assert all("size=" in words[3] for words in kinds if words[2] == "tmpfs")


@pytest.mark.cases("uml/*.toml")
def test_each_disk_has_a_device_and_a_descriptor_of_its_own(case: Path) -> None:
    world = _world(case)
    disks = [mount for mount in world.mounts if mount.kind != "tmpfs"]
    given = [word for word in _invoked(case).arguments if word.startswith("ubd")]
    assert given == [f"ubd{n}=/dev/fd/{FIRST_DISK_FD + n}" for n in range(len(disks))]
    lines = [line.split() for line in uml.texts(world)["mounts"].splitlines()]
    assert [words[3] for words in lines] == [mount.path for mount in world.mounts]
    devices = [words[2] for words in lines if words[1] != "tmpfs"]
    assert devices == [f"/dev/ubd{letter}" for letter in "abcdefghijklmnop"[: len(disks)]]


@pytest.mark.cases("uml/*.toml")
def test_each_text_of_the_environment_is_a_line(case: Path) -> None:
    world = _world(case)
    settings = dict(line.split("=", 1) for line in uml.texts(world)["settings"].splitlines())
    user = dict(line.split("=", 1) for line in uml.texts(world)["user"].splitlines())
    assert settings["host"] == world.environment.host
    assert user["USER"] == world.environment.user


def _described(case: Path) -> Mapping[str, Any]:
    return tomllib.loads(case.read_text(encoding="utf-8"))


def _world(case: Path) -> World:
    described = _described(case)
    settings = {"TRANSCRIPTS_ENVIRONMENTS": {"machine": described["environment"]}}
    mounts = "\n    ".join(described.get("mounts", ()))
    head = f"Mounts: {mounts}\n" if mounts else ""
    return parse(f"Title: x\n{head}\n", case.name, read_config(settings).environments).world


def _invoked(case: Path) -> Invocation:
    described = _described(case)
    systems = Systems(kernel=_layout(described["kernel"]), guest=_layout(described["guest"]))
    inputs = {name: Path(path) for name, path in described.get("inputs", {}).items()}
    return uml.invocation(_world(case), systems, inputs, Path("/scripts"), first_fd=_FIRST_FD)


def _layout(described: Mapping[str, Any]) -> Layout:
    return Layout(
        source=described.get("source", ""),
        links=described["links"],
        directories=tuple(described["directories"]),
        etc=frozenset(described["etc"]),
    )


def _lines(case: Path) -> Iterator[str]:
    """The options of bwrap, the words of the kernel's command line, then the files."""
    made = _invoked(case)
    command_at = made.arguments.index("--")
    line: list[str] = []
    for word in made.arguments[:command_at]:
        if word.startswith("--") and line:
            yield " ".join(line)
            line = []
        line.append(word)
    yield " ".join(line)
    yield from (f"  {word}" for word in made.arguments[command_at:])
    for fd, data in made.files.items():
        yield f"file {fd}"
        yield from (f"  {text}" for text in data.decode().splitlines())
    for name, told in uml.texts(_world(case)).items():
        yield f"text {name!r}"
        yield from (f"  {text}".rstrip() for text in told.splitlines())
