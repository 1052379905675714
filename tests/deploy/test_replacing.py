"""No live file is ever missing after an error, whatever a server says of a rename over it."""

from __future__ import annotations

from pathlib import Path

import asyncssh
import pytest

from deploy import Front, publish, rollback
from deploy.errors import DeniedError, DeployError
from deploy.lasting import Lasting
from deploy.passwords import Password
from deploy.targets import Target, read_target
from deploy.transport import Transport
from deploy.transports.ftp import open_ftp

from . import ssh_servers
from .conftest import FIRST, SECOND, grow, live, options, run
from .strict_ftp import DROP, Rule, allow, strict_ftp

OLD, NEW = "what readers have", "what is to come"
REFUSED = "550 not here"


@pytest.fixture
def staged(target: Path) -> Path:
    """A target with a page, and with what is to take its place."""
    return grow(target, {"page.html": OLD, ".deploy/new/a-0": NEW})


async def place(target: Target) -> None:
    """Put the staged file into its place, on connections that are made anew when lost."""

    async def connect() -> Transport:
        return await open_ftp(target, lambda: Password(text="x", source="the test"))

    transport = Lasting(connect, await connect())
    try:
        await transport.rename(".deploy/new/a-0", "page.html")
    finally:
        await transport.close()


class Refusing:
    """A rule that refuses, or drops, some of the renames to the page."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def __call__(self, command: str, path: Path) -> str:
        if command == "RNTO" and path.name == "page.html" and self.answers:
            return self.answers.pop(0)
        return ""


@pytest.mark.parametrize("overwrites", [True, False])
def test_a_file_is_replaced_whether_or_not_the_server_overwrites(staged: Path, *, overwrites: bool):
    with strict_ftp(staged, overwrites=overwrites) as target:
        run(place(target))
    assert live(staged) == {"page.html": NEW}
    assert not list((staged / ".deploy/new").iterdir())


def test_a_server_that_overwrites_and_refuses_has_its_file_left_alone(staged: Path):
    touched: list[str] = []

    def rule(command: str, path: Path) -> str:
        if path.name == "page.html" and command in ("RNFR", "DELE"):
            touched.append(command)
        return Refusing(REFUSED)(command, path)

    refused = pytest.raises(DeniedError, match="the server denies it")
    with strict_ftp(staged, rule, overwrites=True) as target, refused:
        run(place(target))
    assert live(staged) == {"page.html": OLD}
    assert not touched
    assert [path.name for path in (staged / ".deploy/new").iterdir()] == ["a-0"]


@pytest.mark.parametrize(
    "rule",
    [
        Refusing("", REFUSED),
        Refusing("", "450 busy", "", "", REFUSED),
        lambda command, path: REFUSED if (command, path.name) == ("RNFR", "page.html") else "",
        lambda command, path: REFUSED if (command, path.name) == ("STOR", "probe-1") else "",
    ],
    ids=["second rename", "busy and then refused", "not to be moved", "nothing to be learned"],
)
def test_a_file_that_was_moved_aside_is_put_back(staged: Path, rule: Rule):
    with strict_ftp(staged, rule, overwrites=False) as target, pytest.raises(DeployError):
        run(place(target))
    assert live(staged) == {"page.html": OLD}
    assert [path.name for path in (staged / ".deploy/new").iterdir()] == ["a-0"]


@pytest.mark.parametrize("number", range(26))
def test_a_connection_that_is_lost_once_loses_no_file(staged: Path, number: int):
    asked = 0

    def rule(command: str, _: Path) -> str:
        nonlocal asked
        counts = command in ("RNFR", "RNTO", "DELE", "STOR", "CWD")
        asked += counts
        return DROP if counts and asked == number + 1 else ""

    with strict_ftp(staged, rule, overwrites=False) as target:
        run(place(target))
    assert live(staged) == {"page.html": NEW}


def test_a_file_that_cannot_be_put_back_is_told_with_where_it_is(staged: Path):
    refusing = Refusing("", REFUSED, REFUSED)
    told = pytest.raises(DeployError, match=r"^page\.html is missing now.*; rename .deploy/new/as")
    with strict_ftp(staged, refusing, overwrites=False) as target, told:
        run(place(target))
    (aside,) = (staged / ".deploy/new").glob("aside-*")
    assert aside.read_text() == OLD


def test_a_site_is_published_over_renames_that_do_not_overwrite(
    target: Path, first: Path, second: Path
):
    front = Front(ask=lambda _: "x", tell=lambda _: None)
    with strict_ftp(target, allow, overwrites=False) as place:
        publish(first, place, options(), front)
        publish(second, place, options(), front)
        assert live(target) == SECOND
        rollback(place, options(), front)
    assert live(target) == FIRST
    assert not list((target / ".deploy/new").iterdir())


def test_a_refusal_without_the_rename_extension_of_sftp_loses_no_file(
    target: Path, first: Path, second: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    kept = [
        each for each in asyncssh.sftp.SFTPServerHandler._extensions if b"rename" not in each[0]
    ]
    monkeypatch.setattr(asyncssh.sftp.SFTPServerHandler, "_extensions", kept)
    with ssh_servers.asyncssh_server(tmp_path / "ssh", factory=_NoNewPages) as server:
        front = Front(ask=lambda _: server.password, tell=lambda _: None)
        place = read_target("live", server.settings)
        grow(server.folder, FIRST)
        publish(first, place, options(adopt=True), front)
        with pytest.raises(DeployError):
            publish(second, place, options(), front)
        assert {path for path in FIRST if path in SECOND} <= set(live(server.folder))


class _NoNewPages(asyncssh.SFTPServer):
    """It lets a file be moved aside and back, and refuses to give its name to another."""

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        staged = b"/new/" in oldpath and b"/new/aside" not in oldpath
        if staged and b".deploy" not in newpath:
            raise asyncssh.SFTPFailure("no")
        super().rename(oldpath, newpath)
