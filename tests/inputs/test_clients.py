"""Clients that are missing, cut off or interrupted; and what they may not do on our behalf."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import sys
import tarfile
import threading
import time
import venv
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .conftest import HELLO, Author

CLOSED = "http://127.0.0.1:9"
CUT = " is not kept yet, and {} reaches no archive; run this once with a network, or see to"


# --- Missing ----------------------------------------------------------------------------


def test_missing_clients_are_told_with_their_cure(
    newcomer: Author, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    said = newcomer.hears("debian-source hello=2.10-3")
    assert said.startswith("hello=2.10-3 is fetched by apt-get, which is not there; run this once")
    said = newcomer.hears("npm isarray=2.0.5")
    assert said.startswith("isarray=2.0.5 is fetched by npm, which is not there; install it")
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    said = newcomer.hears("pypi six=1.16.0")
    assert said.startswith("six=1.16.0 is fetched by pip, which is not there; run '")


# --- No network -------------------------------------------------------------------------


def test_without_a_network_one_line_says_the_cure(
    newcomer: Author, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "apt.conf").write_text(f'Acquire::http::Proxy "{CLOSED}";\n')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", f"{CLOSED}/simple")
    monkeypatch.setenv("npm_config_registry", CLOSED)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    for line, client in (
        ("debian-source hello=2.10-3", "apt-get"),
        ("pypi six=1.16.0", "pip"),
        ("npm isarray=2.0.5", "npm"),
    ):
        assert newcomer.hears(line).startswith(line.split()[1] + CUT.format(client))


# --- The author's own apt ---------------------------------------------------------------


def test_one_line_sources_of_the_author_are_read_whatever_else_is_set(
    newcomer: Author, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The archive here is a directory, without signature, and there is no network."""
    archive = tmp_path / "archive"
    archive.mkdir()
    dsc = b"Format: 3.0 (native)\nSource: tiny\nVersion: 1\nChecksums-Sha256:\n "
    parts = {"tiny_1.tar.xz": b"tiny"}
    dsc += f"{hashlib.sha256(b'tiny').hexdigest()} 4 tiny_1.tar.xz\n".encode()
    for name, data in {**parts, "tiny_1.dsc": dsc}.items():
        (archive / name).write_bytes(data)
    lines = "".join(
        f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n"
        for name, data in {**parts, "tiny_1.dsc": dsc}.items()
    )
    (archive / "Sources").write_text(
        f"Package: tiny\nBinary: tiny\nVersion: 1\nDirectory: .\nChecksums-Sha256:\n{lines}"
    )
    (tmp_path / "my.list").write_text(
        f"# deb-src {CLOSED} sid main\ndeb [trusted=yes] copy:{archive} ./\n"
    )
    (tmp_path / "apt.conf").write_text(
        f'Dir::Etc::SourceList "{tmp_path}/my.list";\nDir::Etc::SourceParts "/dev/null";\n'
        f'APT::Update::Pre-Invoke {{ "touch {tmp_path}/hooked"; }};\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    found = newcomer.has(f"debian-source tiny=1 sha256:{hashlib.sha256(dsc).hexdigest()}")
    assert list(found) == ["tiny_1.dsc", "tiny_1.tar.xz"]
    assert not (tmp_path / "hooked").exists()


# --- Code of a package ------------------------------------------------------------------


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Path]:
    """A package index of our own; its address is in PIP_INDEX_URL."""
    place = tmp_path / "index"
    (place / "simple").mkdir(parents=True)
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=place)) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
            yield place / "simple"
        server.shutdown()
        serving.join()


def test_the_code_of_a_source_archive_is_never_run(
    newcomer: Author, index: Path, tmp_path: Path
) -> None:
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n".encode()
    archive = index / "eager-demo" / "eager_demo-1.0.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in (("setup.py", code), ("PKG-INFO", b"Name: eager_demo\n")):
            member = tarfile.TarInfo(f"eager_demo-1.0/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    (archive.parent / "index.html").write_text(f'<a href="{archive.name}">{archive.name}</a>')
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    said = newcomer.hears("pypi eager-demo=1.0")
    assert said == f"eager-demo=1.0 has no sha256; append sha256:{sha256}"
    assert list(newcomer.has(f"pypi eager-demo=1.0 sha256:{sha256}")) == [archive.name]
    assert not (tmp_path / "ran").exists()


# --- Interrupted ------------------------------------------------------------------------


def test_a_cancelled_run_ends_all_that_its_client_has_started(
    newcomer: Author, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    client = tmp_path / "bin" / "npm"
    client.parent.mkdir()
    client.write_text(f"#!/bin/sh\nsleep 600 &\necho $! >{pids}.new\nmv {pids}.new {pids}\nwait\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{client.parent}:{os.environ['PATH']}")

    async def cut() -> None:
        task = asyncio.create_task(newcomer.provide(f"npm isarray=2.0.5 sha256:{HELLO}"))
        while not pids.exists():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(cut(), 20))
    deadline = time.monotonic() + 5
    while _lives(int(pids.read_text())):
        assert time.monotonic() < deadline, "it lives on"
    assert not list(newcomer.shelf.glob("inputs/.room-*"))


def _lives(pid: int) -> bool:
    """Whether a process still runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
