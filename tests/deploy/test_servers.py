"""Publishing to real servers: OpenSSH, vsftpd, proftpd, asyncssh; and what goes wrong with them."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import logging
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from deploy import Front, publish, rollback
from deploy.errors import (
    ConnectionLostError,
    DeniedError,
    DeployError,
    DiskFullError,
    HostKeyError,
    LoginError,
    MissingError,
    UnreachableError,
)
from deploy.targets import Target, read_target

from . import ftp_servers, servers, ssh_servers
from .conftest import FIRST, SECOND, grow, live, options
from .proxy import Way, way
from .servers import PASSWORD, Server

Start = Callable[[Path], AbstractContextManager[Server]]
KINDS: dict[str, Start] = {
    "sshd-chroot": lambda base: ssh_servers.sshd(base, chroot=True),
    "sshd": lambda base: ssh_servers.sshd(base, chroot=False),
    "asyncssh": ssh_servers.asyncssh_server,
    "vsftpd": ftp_servers.vsftpd,
    "proftpd": lambda base: ftp_servers.proftpd(base, tls=True),
    "ftp": lambda base: ftp_servers.proftpd(base, tls=False),
}
WITH_PASSWORD = ("asyncssh", "vsftpd", "proftpd", "ftp")
PINNED = ("sshd", "asyncssh", "vsftpd", "proftpd")
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def base() -> Iterator[Path]:
    with servers.place() as directory:
        yield directory


@pytest.fixture
def server(request: pytest.FixtureRequest, base: Path) -> Iterator[Server]:
    with KINDS[request.param](base) as started:
        yield started


def at(server: Server, **changes: object) -> Target:
    return read_target("live", {**server.settings, **changes})


def front(server: Server, told: list[str] | None = None) -> Front:
    said = [] if told is None else told
    return Front(ask=lambda _: server.password or None, tell=said.append)


def everything_said(error: BaseException | None) -> str:
    """An error as it is told, and all that led to it."""
    said = ""
    while error:
        said += f"{error}\n{error!r}\n"
        error = error.__cause__ or error.__context__
    return said


@pytest.mark.parametrize("server", KINDS, indirect=True)
def test_a_site_is_published_changed_and_rolled_back(server: Server, first: Path, second: Path):
    told: list[str] = []
    target, speak = at(server), front(server, told)
    assert publish(first, target, options(), speak).sent_files == len(FIRST)
    assert live(server.folder) == FIRST
    assert str(publish(first, target, options(), speak)) == "nothing to do"
    publish(second, target, options(), speak)
    assert live(server.folder) == SECOND
    rollback(target, options(), speak)
    assert live(server.folder) == FIRST
    assert not (server.folder / ".deploy/lock").exists()
    assert any("in the clear" in line for line in told) == (target.protocol == "ftp")


@pytest.mark.parametrize("server", KINDS, indirect=True)
def test_a_file_of_more_than_one_packet_arrives_whole(server: Server, tmp_path: Path):
    big = os.urandom(700_000)
    site = grow(tmp_path / "big", {"index.html": "x", "empty.txt": ""})
    (site / "film.webm").write_bytes(big)
    publish(site, at(server), options(), front(server))
    assert (server.folder / "film.webm").read_bytes() == big
    assert (server.folder / "empty.txt").read_bytes() == b""


@pytest.mark.parametrize("protocol", ["sftp", "ftps", "ftp"])
def test_a_server_that_is_not_there_is_told(protocol: str, first: Path):
    settings = {"protocol": protocol, "host": "127.0.0.1", "port": servers.free_port()}
    target = read_target("live", {**settings, "user": "ada", "folder": "/public"})
    with pytest.raises(
        UnreachableError, match=r"cannot be reached.*: .*refused.*check the network"
    ):
        publish(first, target, options(), Front(ask=lambda _: PASSWORD, tell=print))


@pytest.mark.parametrize("server", WITH_PASSWORD, indirect=True)
def test_a_wrong_password_is_told_and_not_shown(server: Server, first: Path):
    wrong = dataclasses.replace(server, password="wr0ng-and-still-secret")
    with pytest.raises(LoginError, match="not let in with what you typed") as caught:
        publish(first, at(server), options(), front(wrong))
    assert "wr0ng" not in everything_said(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("server", ["asyncssh"], indirect=True)
def test_a_password_comes_from_the_environment_before_anybody_is_asked(
    server: Server, first: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DEPLOY_PASSWORD_LIVE", PASSWORD)
    publish(first, at(server), options(), Front(ask=_never, tell=print))
    assert live(server.folder) == FIRST


def _never(question: str) -> str | None:
    raise AssertionError(question)


@pytest.mark.parametrize("server", ["asyncssh"], indirect=True)
def test_without_any_password_the_ways_to_give_one_are_told(server: Server, first: Path):
    with pytest.raises(LoginError, match="set DEPLOY_PASSWORD_LIVE, or keep it in the keyring"):
        publish(first, at(server), options(), Front(ask=lambda _: None, tell=print))


@pytest.mark.parametrize("server", PINNED, indirect=True)
def test_a_changed_key_is_refused_before_any_secret_is_asked_for(server: Server, first: Path):
    target = at(server, fingerprint="SHA256:" + "A" * 43)
    speak = Front(ask=_never, tell=print) if target.protocol == "sftp" else front(server)
    with pytest.raises(HostKeyError, match=r"has changed its .*: it shows SHA256:"):
        publish(first, target, options(), speak)
    assert not live(server.folder)
    if server.log and server.log.exists():
        assert "PASS" not in server.log.read_text()


@pytest.mark.parametrize("server", ["sshd"], indirect=True)
@pytest.mark.parametrize("known", ["this", "another", "none"])
def test_without_a_pinned_key_the_known_hosts_decide(
    server: Server, first: Path, home: Path, tmp_path: Path, known: str
):
    keys = {"this": _scanned(server), "another": _another(server, tmp_path), "none": ""}
    (home / ".ssh/known_hosts").write_text(keys[known])
    target = at(server, fingerprint="")
    if known == "this":
        publish(first, target, options(), front(server))
        return
    reason = {"another": "has another; somebody may be listening in", "none": "is not known here"}
    with pytest.raises(HostKeyError, match=reason[known]):
        publish(first, target, options(), Front(ask=_never, tell=print))


def _scanned(server: Server) -> str:
    port = str(server.settings["port"])
    found = subprocess.run(
        ["ssh-keyscan", "-p", port, "127.0.0.1"], capture_output=True, text=True, check=True
    )
    return found.stdout


def _another(server: Server, tmp_path: Path) -> str:
    public = Path(f"{ssh_servers.make_key(tmp_path / 'another')}.pub").read_text()
    return f"[127.0.0.1]:{server.settings['port']} {public}"


@pytest.mark.parametrize("server", ["vsftpd", "proftpd"], indirect=True)
def test_a_certificate_that_nobody_vouches_for_is_refused(server: Server, first: Path):
    with pytest.raises(HostKeyError, match=r"does not hold: self.signed certificate"):
        publish(first, at(server, fingerprint=""), options(), front(server))


@pytest.mark.parametrize("server", ["proftpd"], indirect=True)
def test_a_certificate_that_the_system_trusts_needs_no_pin(
    server: Server, base: Path, first: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(base / "tls/cert.pem"))
    publish(first, at(server, fingerprint=""), options(), front(server))
    assert live(server.folder) == FIRST


@pytest.mark.parametrize("server", ["sshd", "vsftpd", "proftpd"], indirect=True)
def test_a_folder_that_may_only_be_read_is_told(server: Server, first: Path):
    server.folder.chmod(0o555)
    with pytest.raises(DeniedError, match="the server denies it"):
        publish(first, at(server), options(), front(server))
    assert not list(server.folder.iterdir())


@pytest.mark.parametrize("server", KINDS, indirect=True)
def test_a_folder_that_is_not_there_is_told(server: Server, first: Path):
    target = at(server, folder=f"{server.settings['folder']}/nosuch")
    with pytest.raises(MissingError, match=r"/nosuch is not there; make it, or mend 'folder'"):
        publish(first, target, options(), front(server))


class _FullDisk(asyncssh.SFTPServer):
    """What an ordinary user, who cannot mount a small disk, has instead."""

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        if len(data) > 10_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(super().write(file_obj, offset, data))  # type: ignore[arg-type]


FULL = ("sshd-chroot", "sshd", "vsftpd", "proftpd") if not os.getuid() else ("asyncssh",)


@pytest.mark.parametrize("kind", FULL)
def test_a_full_disk_leaves_the_site_as_it_was(kind: str, base: Path, first: Path, second: Path):
    """For root a small disk, for others a server that says it is one."""
    start = KINDS[kind] if kind != "asyncssh" else _small
    with start(base) as server, _limited(server.folder):
        publish(first, at(server), options(), front(server))
        (second / "film.webm").write_bytes(os.urandom(3_000_000))
        with pytest.raises(DeployError, match=r"space|may be full") as caught:
            publish(second, at(server), options(), front(server))
        assert isinstance(caught.value, DiskFullError) or kind == "asyncssh"
        assert live(server.folder) == FIRST
        (second / "film.webm").unlink()
        publish(second, at(server), options(), front(server))
        assert live(server.folder) == SECOND


def _small(base: Path) -> AbstractContextManager[Server]:
    return ssh_servers.asyncssh_server(base, factory=_FullDisk)


class _limited:  # noqa: N801 - used as a function
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        if not os.getuid():
            options = "size=1m,mode=755"
            mount = ["mount", "-t", "tmpfs", "-o", options, "deploy-tests", str(self.folder)]
            subprocess.run(mount, check=True)
            servers.own(self.folder)

    def __exit__(self, *_: object) -> None:
        """Lazily: the process of the last connection may stand in the folder for a moment yet."""
        if not os.getuid():
            subprocess.run(["umount", "--lazy", self.folder], check=True)


@pytest.mark.parametrize("server", ["sshd", "asyncssh", "proftpd", "vsftpd"], indirect=True)
def test_a_server_that_drops_connections_is_connected_to_again(
    server: Server, first: Path, second: Path
):
    limit = 20_000 if server.settings["protocol"] == "sftp" else 4_000
    with way(Way(to=int(str(server.settings["port"])), cut_after=limit)) as broken:
        target = at(server, port=broken.port)
        publish(first, target, options(), front(server))
        publish(second, target, options(), front(server))
    assert live(server.folder) == SECOND
    assert broken.connections > 2


@pytest.mark.parametrize("server", ["sshd", "proftpd"], indirect=True)
def test_a_connection_that_is_lost_for_good_is_told_and_the_next_run_completes_it(
    server: Server, first: Path, second: Path
):
    publish(first, at(server), options(), front(server))
    lost = 0
    for limit in range(2_000, 30_000, 4_000):
        settings = Way(to=int(str(server.settings["port"])), cut_after=limit, only_first=True)
        with way(settings) as broken:
            try:
                publish(second, at(server, port=broken.port), options(), front(server))
            except (ConnectionLostError, UnreachableError, LoginError):
                lost += 1
        if not (server.folder / ".deploy/next").exists():
            assert live(server.folder) in (FIRST, SECOND)
    publish(second, at(server), options(), front(server))
    assert live(server.folder) == SECOND
    rollback(at(server), options(), front(server))
    assert live(server.folder) == FIRST
    assert lost


def test_a_server_without_the_rename_extension_is_published_to(
    base: Path, first: Path, second: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = [
        each for each in asyncssh.sftp.SFTPServerHandler._extensions if b"rename" not in each[0]
    ]
    monkeypatch.setattr(asyncssh.sftp.SFTPServerHandler, "_extensions", kept)
    with ssh_servers.asyncssh_server(base) as server:
        publish(first, at(server), options(), front(server))
        publish(second, at(server), options(), front(server))
        assert live(server.folder) == SECOND
        rollback(at(server), options(), front(server))
        assert live(server.folder) == FIRST


@pytest.mark.parametrize("server", ["sshd", "vsftpd", "proftpd", "asyncssh"], indirect=True)
def test_no_password_is_left_on_the_server(server: Server, first: Path, base: Path):
    publish(first, at(server), options(), front(server))
    for path in server.folder.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes()


@pytest.mark.parametrize("server", WITH_PASSWORD, indirect=True)
def test_no_password_is_in_a_log_or_in_the_list_of_processes(
    server: Server, first: Path, caplog: pytest.LogCaptureFixture
):
    told: list[str] = []
    with caplog.at_level(logging.DEBUG), _list_of_processes() as seen:
        publish(first, at(server), options(), front(server, told))
    assert live(server.folder) == FIRST
    assert PASSWORD not in caplog.text + "".join(told)
    assert str(os.getpid()) in seen
    assert not any(PASSWORD in line for line in seen.values())


@contextlib.contextmanager
def _list_of_processes() -> Iterator[dict[str, str]]:
    """All command lines that anybody on this machine can see meanwhile."""
    seen: dict[str, str] = {}
    over = threading.Event()

    def look() -> None:
        while True:
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    seen[path.parent.name] = seen.get(path.parent.name, "") + path.read_text()
            if over.wait(0.01):
                return

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
