"""Case files: NAME.toml is a machine, NAME.expected what bwrap and QEMU are given to boot it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.config import read_config
from transcripts.model import Location, Mount, World
from transcripts.runners.bubblewrap import Invocation, Layout
from transcripts.runners.guestroot import Systems
from transcripts.runners.initrd import in_order, initrd
from transcripts.runners.qemu import Boot, invocation, texts

_MODULES_DEP = """\
kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio.ko kernel/virtio_ring.ko
kernel/drivers/virtio/virtio.ko: kernel/virtio_ring.ko
kernel/virtio_ring.ko:
kernel/net/9p/9pnet.ko.xz:
kernel/net/9p/9pnet-virtio.ko.xz: kernel/net/9p/9pnet.ko.xz kernel/virtio_ring.ko
"""


@pytest.mark.cases("qemu/*.toml")
def test_the_arguments_are_what_their_case_says(case: Path, expect) -> None:
    expect(case.with_suffix(".expected"), "".join(f"{line}\n" for line in _lines(_invoked(case))))


@pytest.mark.cases("qemu/*.toml")
def test_no_machine_has_a_network_or_writes_to_its_root(case: Path) -> None:
    words = " ".join(_invoked(case).arguments)
    assert "-net" not in words
    assert "-nodefaults" in words
    assert "readonly=on" in words
    assert "--share-net" not in words


@pytest.mark.cases("qemu/*.toml")
def test_a_machine_is_told_the_names_of_its_devices(case: Path) -> None:
    told = texts(_world(_described(case)), _described(case)["machine"])
    assert "line=vport0p1\nterminals=ttyS\n" in told["settings"]
    devices = [line.split()[2] for line in told["mounts"].splitlines()]
    assert devices in ([], ["/dev/vda", "tmpfs", "/dev/vdb"])


def test_modules_come_after_those_that_they_need_and_each_once() -> None:
    assert in_order(_MODULES_DEP, ("virtio_pci", "9pnet_virtio", "9pnet", "built_in")) == (
        "kernel/virtio_ring.ko",
        "kernel/drivers/virtio/virtio.ko",
        "kernel/drivers/virtio/virtio_pci.ko",
        "kernel/net/9p/9pnet.ko.xz",
        "kernel/net/9p/9pnet-virtio.ko.xz",
    )


@given(st.binary(max_size=99), st.lists(st.binary(max_size=99), max_size=12))
def test_the_archive_has_each_file_as_it_was_given(busybox: bytes, modules: list[bytes]) -> None:
    found = dict(_members(initrd(busybox, modules)))
    assert found["bin/busybox"] == busybox
    assert [found[name] for name in sorted(found) if name.startswith("modules/")] == modules
    assert found["init"].startswith(b"#!/bin/busybox sh\n")
    assert list(found)[-1] == "TRAILER!!!"


def _members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and contents of an archive in the format ``newc``."""
    at = 0
    while at < len(archive):
        assert archive[at : at + 6] == b"070701"
        numbers = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        size, length = numbers[6], numbers[11]
        name = archive[at + 110 : at + 109 + length].decode()
        begin = at + (110 + length + 3) // 4 * 4
        yield name, archive[begin : begin + size]
        at = begin + (size + 3) // 4 * 4


def _described(case: Path) -> dict[str, Any]:
    return tomllib.loads(case.read_text(encoding="utf-8"))


def _world(described: dict[str, Any]) -> World:
    environment = {"runner": "machine", "emulator": "qemu", **described.get("environment", {})}
    settings = {"TRANSCRIPTS_ENVIRONMENTS": {"machine": environment}}
    mounts = tuple(
        Mount(size=1 << 26, options=(), location=Location(path="a.md", line=1), **mount)
        for mount in described.get("mounts", ())
    )
    return World(environment=read_config(settings).environments["machine"], mounts=mounts)


def _invoked(case: Path) -> Invocation:
    described = _described(case)
    layout = described["guest"]
    guest = Layout(
        source="/roots/guest",
        links=layout.get("links", {}),
        directories=tuple(layout["directories"]),
        etc=frozenset(layout.get("etc", ())),
    )
    kernel = Layout(source="/roots/kernel", links={}, directories=("/usr",), etc=frozenset())
    boot = Boot(
        image=b"the kernel",
        initrd=b"the archive",
        machine=described["machine"],
        kvm=described.get("kvm", False),
    )
    inputs = {name: Path(path) for name, path in described.get("inputs", {}).items()}
    systems = Systems(kernel=kernel, guest=guest)
    return invocation(_world(described), systems, boot, (inputs, Path("/scripts")), first_fd=100)


def _lines(made: Invocation) -> Iterator[str]:
    """One option with its arguments a line, then the files."""
    line: list[str] = []
    for word in made.arguments:
        if word.startswith("-") and word != "--" and line:
            yield " ".join(line)
            line = []
        line.append(word)
    yield " ".join(line)
    for fd, data in made.files.items():
        yield f"file {fd}"
        yield from (f"  {text}" for text in data.decode().splitlines())
