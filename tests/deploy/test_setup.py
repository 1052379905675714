"""Getting to know a target: what is asked, what is tried, what a failure usually means."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest

from deploy import Answers, Front, publish, setup
from deploy.errors import DeniedError, HostKeyError, MissingError, SettingsError, UnreachableError
from deploy.targets import read_target

from . import ftp_servers, servers, ssh_servers
from .conftest import FIRST, live, options
from .servers import PASSWORD, Server


class Ring(keyring.backend.KeyringBackend):
    """The keyring of an author who has just one password in it."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def server() -> Iterator[Server]:
    with servers.place() as base, ssh_servers.asyncssh_server(base) as started:
        yield started


class Person:
    """Answers by the beginning of the question, else presses Return."""

    def __init__(self, **answers: str) -> None:
        self.answers, self.told = answers, list[str]()

    def ask(self, question: str, usual: str) -> str:
        self.told.append(question)
        said = (text for key, text in self.answers.items() if question.lower().startswith(key))
        return next(said, usual)

    def secret(self, question: str) -> str | None:
        self.told.append(question)
        return self.answers["password"]

    @property
    def by(self) -> Answers:
        return Answers(ask=self.ask, secret=self.secret, tell=self.told.append)


def person(server: Server, **answers: str) -> Person:
    known = {"host": "127.0.0.1", "port": str(server.settings["port"]), "user": "ada"}
    return Person(**{**known, "password": PASSWORD, "is that": "yes", "keep": "yes", **answers})


def test_a_target_that_works_is_written_out_without_a_secret(
    server: Server, ring: Ring, first: Path
):
    asked = person(server)
    said = setup("live", asked.by)
    told = "\n".join(asked.told)
    for step in ("log in", "find the folder", "write", "read", "rename", "delete"):
        assert f"{step}: works" in told
    assert PASSWORD not in said + told
    assert not list(server.folder.iterdir())
    settings = ast.literal_eval("{" + said + "}")["live"]
    assert settings == server.settings
    assert list(ring.kept.values()) == [PASSWORD]
    publish(first, read_target("live", settings), options(), Front(ask=lambda _: None, tell=print))
    assert live(server.folder) == FIRST


def test_the_passphrase_of_a_key_is_asked_for_and_kept(ring: Ring, tmp_path: Path):
    with servers.place() as base, ssh_servers.sshd(base, chroot=False) as server:
        key = str(server.settings["key"])
        change = ["ssh-keygen", "-q", "-p", "-N", PASSWORD, "-f", key]
        subprocess.run(change, check=True, stdout=subprocess.DEVNULL)
        known = {name: str(server.settings[name]) for name in ("user", "folder", "key")}
        asked = person(server, **known, passphrase=PASSWORD)
        said = setup("live", asked.by)
    assert f"Passphrase of {key}: " in asked.told
    assert ast.literal_eval("{" + said + "}")["live"] == server.settings
    assert list(ring.kept.values()) == [PASSWORD]


def test_a_fingerprint_that_is_not_confirmed_ends_it_before_the_password(server: Server):
    asked = person(server, **{"is that": "no"})
    with pytest.raises(HostKeyError, match="not confirmed, so nothing was sent"):
        setup("live", asked.by)
    assert f"shows the fingerprint {server.settings['fingerprint']}" in "\n".join(asked.told)
    assert not any("Password" in line for line in asked.told)


def test_a_folder_that_is_not_there_is_guessed(server: Server):
    with pytest.raises(MissingError) as caught:
        setup("live", person(server, folder="/var/www/example.org").by)
    assert str(caught.value) == (
        "find the folder: failed: /var/www/example.org is not there;"
        " the folder is probably /public or public"
    )


def test_a_folder_that_may_only_be_read_is_told_with_its_step(first: Path):
    with servers.place() as base, ftp_servers.vsftpd(base) as server:
        server.folder.chmod(0o555)
        answers = {"protocol": "ftps", "user": "anonymous", "folder": str(server.folder)}
        with pytest.raises(DeniedError, match=r"^write: failed: .*this user may only read there"):
            setup("live", person(server, **answers).by)


def test_a_certificate_of_their_own_making_is_shown_and_pinned():
    with servers.place() as base, ftp_servers.proftpd(base, tls=True) as server:
        asked = person(server, protocol="ftps", folder=str(server.folder))
        said = setup("live", asked.by)
    assert ast.literal_eval("{" + said + "}")["live"] == server.settings


def test_a_server_that_is_not_there_is_told():
    asked = Person(host="127.0.0.1", port=str(servers.free_port()), user="ada")
    with pytest.raises(UnreachableError, match="check the network, the host and the port"):
        setup("live", asked.by)


@pytest.mark.parametrize(("key", "value"), [("protocol", "scp"), ("port", "ssh"), ("host", "")])
def test_an_answer_that_makes_no_sense_is_told(key: str, value: str):
    with pytest.raises(SettingsError):
        setup("live", Person(**{"host": "127.0.0.1", "user": "ada", key: value}).by)


def test_a_directory_of_this_machine_needs_no_server(tmp_path: Path):
    asked = Person(protocol="local", directory=str(tmp_path))
    assert setup("here", asked.by) == f"'here': {{'protocol': 'local', 'folder': '{tmp_path}'}},"
