"""Settings of targets: what is wrong is named, and there is no place for a secret."""

from __future__ import annotations

import getpass

import pytest

from deploy import passwords
from deploy.errors import SettingsError
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
    found = passwords.find(target, lambda _: None)
    assert found
    assert found.text == " secret "


def test_a_user_without_a_name_can_publish(monkeypatch: pytest.MonkeyPatch):
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert me().user.startswith("uid ")
