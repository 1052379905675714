"""Case files: NAME.toml is an environment and a host's layout, NAME.expected bwrap's arguments."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from transcripts.config import read_config
from transcripts.runners.bubblewrap import Invocation, Layout, home, invocation


@pytest.mark.cases("bubblewrap/*.toml")
def test_the_arguments_are_what_their_case_says(case: Path, expect) -> None:
    expect(case.with_suffix(".expected"), "".join(f"{line}\n" for line in _lines(_invoked(case))))


@pytest.mark.cases("bubblewrap/*.toml")
def test_every_writable_file_system_has_a_size(case: Path) -> None:
    arguments = _invoked(case).arguments
    mounted = [number for number, word in enumerate(arguments) if word == "--tmpfs"]
    assert mounted
    assert all(arguments[number - 2] == "--size" for number in mounted)


@pytest.mark.cases("bubblewrap/*.toml")
def test_every_bind_is_read_only_and_all_else_becomes_so(case: Path) -> None:
    arguments = _invoked(case).arguments
    options = arguments[: arguments.index("--")]
    assert not {"--bind", "--dev-bind", "--bind-try", "--share-net", "--bind-data"} & set(options)
    assert ("--remount-ro", "/dev", "--remount-ro", "/") in zip(
        options, options[1:], options[2:], options[3:], strict=False
    )


@pytest.mark.cases("bubblewrap/*.toml")
def test_the_sandbox_has_an_unprivileged_user_and_no_network(case: Path) -> None:
    arguments = _invoked(case).arguments
    assert {"--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"} <= set(
        arguments
    )
    assert arguments[arguments.index("--uid") + 1] == "1000"


@pytest.mark.cases("bubblewrap/*.toml")
def test_each_file_has_a_descriptor_of_its_own(case: Path) -> None:
    made = _invoked(case)
    named = [a for o, a in zip(made.arguments, made.arguments[1:], strict=False) if "data" in o]
    assert named == [str(fd) for fd in made.files]
    assert list(made.files) == list(range(10, 10 + len(made.files)))


def _invoked(case: Path) -> Invocation:
    described = tomllib.loads(case.read_text(encoding="utf-8"))
    settings = {"TRANSCRIPTS_ENVIRONMENTS": {"sandbox": described.get("environment", {})}}
    environment = read_config(settings).environments["sandbox"]
    assert home(environment) == f"/home/{environment.user}"
    layout = Layout(
        links=described["layout"]["links"],
        directories=tuple(described["layout"]["directories"]),
        etc=frozenset(described["layout"]["etc"]),
    )
    return invocation(environment, layout, {}, ("/bin/bash", "--norc", "-"), first_fd=10)


def _lines(made: Invocation) -> Iterator[str]:
    """One option with its arguments a line, then the files."""
    line: list[str] = []
    for word in made.arguments:
        if word.startswith("--") and line and "--" not in line:
            yield " ".join(line)
            line = []
        line.append(word)
    yield " ".join(line)
    for fd, data in made.files.items():
        yield f"file {fd}"
        yield from (f"  {text}" for text in data.decode().splitlines())
