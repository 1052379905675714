"""Settings of targets: what is wrong is named, and there is no place for a secret."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import keyring.core
import pytest

from deploy import passwords
from deploy.errors import LoginError, SettingsError
from deploy.front import me
from deploy.targets import read_target

GOOD = {"protocol": "sftp", "host": "ssh.example.org", "user": "ada", "folder": "/public/"}


def test_a_target_is_what_its_settings_say():
    target = read_target("live", GOOD)
    assert (target.port, target.folder) == (22, "/public")
    assert target.address == "sftp://ada@ssh.example.org/public"


def test_an_address_names_an_unusual_port():
    target = read_target("live", {**GOOD, "protocol": "ftps", "port": 2121})
    assert target.address == "ftps://ada@ssh.example.org:2121/public"


@pytest.mark.parametrize(
    ("folder", "address"),
    [("nope", "/~/nope"), (".", "/~/."), ("./a//b/", "/~/a/b"), ("/nope", "/nope"), ("/", "/")],
)
def test_an_address_tells_a_folder_in_the_home_of_the_user(folder: str, address: str):
    target = read_target("live", {**GOOD, "folder": folder, "port": 37757})
    assert target.address == f"sftp://ada@ssh.example.org:37757{address}"


@pytest.mark.parametrize("host", ["example.org.", "bücher.example", "::1", "fe80::1%eth0", "h"])
def test_hosts_have_many_forms(host: str):
    assert read_target("live", {**GOOD, "host": host}).host == host


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "'protocol' is None; use one of ftp, ftps, local, sftp"),
        ({**GOOD, "protocol": "scp"}, "'protocol' is 'scp'"),
        ({**GOOD, "hots": "x"}, "'hots' is no setting of sftp; did you mean 'host'?"),
        ({**GOOD, "zzz": "x"}, "'zzz' is no setting of sftp; sftp has protocol, host,"),
        ({**GOOD, "password": "secret"}, "'password' has no place in a file of the project"),
        ({**GOOD, "host": ""}, "'host' is missing"),
        ({**GOOD, "user": 3}, "'user' is 3; write a text"),
        ({**GOOD, "user": "a\nb"}, "'user' has a line break"),
        ({**GOOD, "port": 0}, "'port' is 0; write a number like 22"),
        ({**GOOD, "port": "22"}, "'port' is '22'"),
        ({**GOOD, "port": True}, "'port' is True; write a number like 22"),
        ({**GOOD, "host": "ssh..example.org"}, "'host' is 'ssh..example.org', which is no name"),
        ({**GOOD, "host": "ä" * 64}, f"'host' is '{'ä' * 64}', which is no name of a host; write"),
        ({**GOOD, "protocol": "ftps", "host": ".org"}, "'host' is '.org', which is no name of"),
        ({**GOOD, "folder": "/\udcff"}, "'folder' has a line break or the like; take it out"),
        ({**GOOD, "folder": "/\x9b"}, "'folder' has a line break or the like; take it out"),
        ({**GOOD, "key": "~nobodyx/k"}, "'key' is '~nobodyx/k', and there is no such user here;"),
        (
            {"protocol": "local", "folder": "~nobodyx/www"},
            "'folder' is '~nobodyx/www', and there is no such user here; write the whole path",
        ),
        ({**GOOD, "folder": "/a/../b"}, "'folder' is '/a/../b'; write it without '..'"),
        ({**GOOD, "protocol": "ftp", "key": "x"}, "'key' is no setting of ftp"),
        ({"protocol": "local"}, "'folder' is missing"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, object], reason: str):
    with pytest.raises(SettingsError) as caught:
        read_target("live", settings)
    assert str(caught.value).startswith(f"target 'live': {reason}")
    assert "secret" not in str(caught.value)


def test_a_password_is_taken_without_the_end_of_its_line(monkeypatch: pytest.MonkeyPatch):
    target = read_target("home", {"protocol": "sftp", "host": "h", "user": "u", "folder": "/w"})
    monkeypatch.setenv(passwords.variable(target), " secret \r\n")
    found = passwords.find(target, lambda _: None, "password")
    assert found
    assert found.text == " secret "


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (b"two\nlines", "has more than one line; put there only the secret"),
        (b"two\rlines\n", "has more than one line; put there only the secret"),
        (b"caf\xe9", "is no UTF-8; put there the secret in UTF-8"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, secret: bytes, said: str
):
    target = read_target("live", GOOD)
    monkeypatch.setenv(passwords.variable(target), os.fsdecode(secret))
    with pytest.raises(LoginError) as caught:
        passwords.find(target, lambda _: None, "password")
    assert str(caught.value) == f"the environment variable DEPLOY_PASSWORD_LIVE {said}"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("configured", ["nope.Nope", "keyring.nope", "json.nope", ""])
def test_a_keyring_that_is_set_up_wrongly_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, configured: str
):
    """Without the variable, a file that is no file of settings."""
    target = read_target("live", GOOD)
    (tmp_path / "python_keyring").mkdir()
    (tmp_path / "python_keyring/keyringrc.cfg").write_text("rubbish")
    (tmp_path / "keyring").mkdir()
    (tmp_path / "keyring/keyringrc.cfg").write_text("rubbish")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    if configured:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", configured)
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    said = r"^the system's keyring is set up wrongly \(.+\); mend .* set DEPLOY_PASSWORD_LIVE$"
    with pytest.raises(LoginError, match=said):
        passwords.find(target, lambda _: None, "password")
    with pytest.raises(LoginError, match=said):
        passwords.keep(target, "secret")


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "\udcff"])
def test_a_user_whose_name_cannot_be_shown_can_publish(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setattr(getpass, "getuser", lambda: name)
    assert me().user.startswith("uid ")


def test_a_user_without_a_name_can_publish(monkeypatch: pytest.MonkeyPatch):
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert me().user.startswith("uid ")
