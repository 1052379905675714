"""Keys to log in with: which are offered, and what is told of one that cannot be used."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import Front, publish
from deploy.errors import HostKeyError, LoginError
from deploy.targets import Target, read_target

from . import servers, ssh_servers
from .conftest import FIRST, live, options
from .servers import PASSWORD, Server

WORDS = "correct horse"
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def server() -> Iterator[Server]:
    with servers.place() as base, ssh_servers.sshd(base, chroot=False) as started:
        yield started


@pytest.fixture
def asking() -> Iterator[Server]:
    """A server that wants a password."""
    with servers.place() as base, ssh_servers.asyncssh_server(base) as started:
        yield started


def encrypted(server: Server, place: Path, *form: str) -> Path:
    """The key that the server lets in, with a passphrase."""
    key = place / "encrypted"
    shutil.copy(str(server.settings["key"]), key)
    key.chmod(0o600)
    change = ["ssh-keygen", "-q", "-p", "-N", WORDS, *form, "-f", str(key)]
    subprocess.run(change, check=True, stdout=subprocess.DEVNULL)
    return key


def at(server: Server, key: Path | str) -> Target:
    return read_target("live", {**server.settings, "key": str(key)})


def nowhere(key: Path | str) -> Target:
    """A target whose server is not there: what is told must be told before it is called."""
    settings = {"protocol": "sftp", "host": "127.0.0.1", "port": servers.free_port()}
    return read_target("live", {**settings, "user": "ada", "folder": "/x", "key": str(key)})


def never(question: str) -> str | None:
    raise AssertionError(question)


@pytest.mark.parametrize("form", [(), ("-a", "2"), ("-Z", "aes256-gcm@openssh.com")])
def test_a_key_with_a_passphrase_opens_when_the_passphrase_is_typed(
    server: Server, first: Path, tmp_path: Path, form: tuple[str, ...]
):
    asked: list[str] = []
    key = encrypted(server, tmp_path, *form)

    def ask(question: str) -> str:
        asked.append(question)
        return WORDS

    publish(first, at(server, key), options(), Front(ask=ask, tell=print))
    assert live(server.folder) == FIRST
    assert asked == [f"Passphrase of {key}: "]


@pytest.mark.parametrize("with_public", [True, False])
def test_a_passphrase_comes_from_the_environment(
    server: Server,
    first: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    with_public: bool,
):
    key = encrypted(server, tmp_path)
    if with_public:
        shutil.copy(f"{server.settings['key']}.pub", f"{key}.pub")
    monkeypatch.setenv("DEPLOY_PASSWORD_LIVE", WORDS)
    publish(first, at(server, key), options(), Front(ask=never, tell=print))
    assert live(server.folder) == FIRST


@pytest.mark.parametrize("kind", ["PEM", "PKCS8"])
def test_a_key_of_another_form_opens_too(tmp_path: Path, first: Path, kind: str):
    """Its server is not there, so whoever comes to call it has opened the key."""
    key = tmp_path / "id"
    form = ["-t", "ecdsa", "-m", kind, "-N", WORDS]
    subprocess.run(["ssh-keygen", "-q", *form, "-f", key], check=True)
    with pytest.raises(
        LoginError, match=rf"{key} cannot be decrypted with what you typed: .*check"
    ):
        publish(first, nowhere(key), options(), Front(ask=lambda _: "wrong", tell=print))
    with pytest.raises(Exception, match="cannot be reached"):
        publish(first, nowhere(key), options(), Front(ask=lambda _: WORDS, tell=print))


def test_a_wrong_passphrase_is_told_and_is_sent_nowhere(
    server: Server, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    key = encrypted(server, tmp_path)
    monkeypatch.setenv("DEPLOY_PASSWORD_LIVE", "wr0ng")
    said = (
        f"the key {key} cannot be decrypted with the environment variable DEPLOY_PASSWORD_LIVE:"
        " Incorrect passphrase; check the passphrase"
    )
    with pytest.raises(LoginError) as caught:
        publish(first, nowhere(key), options(), Front(ask=never, tell=print))
    assert str(caught.value) == said


def test_without_a_passphrase_the_ways_to_give_one_are_told(
    server: Server, first: Path, tmp_path: Path
):
    key = encrypted(server, tmp_path)
    with pytest.raises(LoginError, match=rf"the passphrase of {key} is wanted, and there is none"):
        publish(first, nowhere(key), options(), Front(ask=lambda _: None, tell=print))


def test_a_passphrase_is_no_password_for_the_server(
    asking: Server, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    key = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", PASSWORD, "-f", key], check=True)
    monkeypatch.setenv("DEPLOY_PASSWORD_LIVE", PASSWORD)
    with pytest.raises(LoginError, match=f"ada at 127.0.0.1 is not let in with the key {key}; is"):
        publish(first, at(asking, key), options(), Front(ask=never, tell=print))


@pytest.mark.parametrize("passphrase", ["", WORDS])
def test_a_key_that_the_agent_holds_needs_no_passphrase(
    server: Server,
    first: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    passphrase: str,
):
    key = encrypted(server, tmp_path) if passphrase else server.settings["key"]
    with servers.place() as place:
        socket = str(place / "agent")
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        try:
            monkeypatch.setenv("SSH_AUTH_SOCK", socket)
            add = f"until ssh-add -q {server.settings['key']} 2>/dev/null; do :; done"
            subprocess.run(["sh", "-c", add], check=True, timeout=20)
            publish(first, at(server, str(key)), options(), Front(ask=never, tell=print))
            publish(first, at(server, ""), options(), Front(ask=never, tell=print))
        finally:
            agent.terminate()
            agent.wait()
    assert live(server.folder) == FIRST


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", "there is no key file {}; name yours"),
        ("directory", "the key {} is a directory; name the file of a private key"),
        ("device", "the key {} is a device or the like; name the file of a private key"),
        ("unreadable", "the key {} cannot be read: Input/output error; mend that, or name another"),
        ("public", "{} is a public key; name the file of the private one, usually without .pub"),
        ("garbage", "the key {} cannot be used: Invalid private key; is it the private key?"),
        ("empty", "the key {} cannot be used: Invalid private key; is it the private key?"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_before_the_server_is_called(
    first: Path, tmp_path: Path, kind: str, said: str
):
    key = tmp_path / "key"
    match kind:
        case "directory":
            key.mkdir()
        case "device":
            key.symlink_to("/dev/zero")
        case "unreadable":
            key.symlink_to("/proc/self/mem")  # also root cannot read its beginning
        case "public":
            ssh_servers.make_key(tmp_path / "pair")
            shutil.copy(tmp_path / "pair.pub", key)
        case "garbage":
            key.write_bytes(os.urandom(2000))
        case "empty":
            key.touch()
    with pytest.raises(LoginError) as caught:
        publish(first, nowhere(key), options(), Front(ask=never, tell=print))
    assert str(caught.value) == said.format(key)


def test_a_public_half_of_another_key_is_told(first: Path, tmp_path: Path):
    one, two = (ssh_servers.make_key(tmp_path / name) for name in ("one", "two"))
    shutil.copy(f"{two}.pub", f"{one}.pub")
    with pytest.raises(LoginError, match=rf"{one}.pub may be that of another key"):
        publish(first, nowhere(one), options(), Front(ask=never, tell=print))


@pytest.mark.parametrize("kind", ["garbage", "directory", "encrypted", "loop"])
def test_a_usual_key_that_cannot_be_used_does_not_keep_from_a_password(
    asking: Server, first: Path, home: Path, kind: str
):
    key = home / ".ssh/id_ed25519"
    match kind:
        case "garbage":
            key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nrubbish\n")
        case "directory":
            key.mkdir()
        case "encrypted":
            made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", WORDS, "-f", str(key)]
            subprocess.run(made, check=True)
        case "loop":
            key.symlink_to(key)
    publish(first, at(asking, ""), options(), Front(ask=lambda _: PASSWORD, tell=print))
    assert live(asking.folder) == FIRST


def test_a_usual_key_is_found(server: Server, first: Path, home: Path):
    shutil.copy(str(server.settings["key"]), home / ".ssh/id_rsa")
    (home / ".ssh/id_ed25519").write_text("rubbish")
    publish(first, at(server, ""), options(), Front(ask=never, tell=print))
    assert live(server.folder) == FIRST


def test_lines_of_known_hosts_that_make_no_sense_are_passed_over(
    server: Server, first: Path, home: Path
):
    found = subprocess.run(
        ["ssh-keyscan", "-p", str(server.settings["port"]), "127.0.0.1"],
        capture_output=True,
        check=True,
    )
    line = next(line for line in found.stdout.splitlines() if not line.startswith(b"#"))
    odd = b"one-word\n@what x y\n\xff\xfe nonsense\n|1|x|y ssh-ed25519 AAAA\n"
    (home / ".ssh/known_hosts").write_bytes(odd + line + b" caf\xe9\n")
    target = read_target("live", {**server.settings, "fingerprint": ""})
    publish(first, target, options(), Front(ask=never, tell=print))
    assert live(server.folder) == FIRST


def test_known_hosts_that_cannot_be_read_are_told(first: Path, home: Path):
    (home / ".ssh/known_hosts").symlink_to("/proc/self/mem")
    with pytest.raises(HostKeyError) as caught:
        publish(first, nowhere(""), options(), Front(ask=never, tell=print))
    assert str(caught.value) == (
        f"{home}/.ssh/known_hosts cannot be read: Input/output error; mend that, or let --setup"
        " write the fingerprint of the server into the target's settings"
    )
