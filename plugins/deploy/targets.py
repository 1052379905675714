"""Turns the settings of a target into one checked `Target`. Nobody else reads the dictionary."""

from __future__ import annotations

import difflib
import posixpath
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import SettingsError

PORTS = {"sftp": 22, "ftps": 21, "ftp": 21, "local": 0}
_KEYS = {
    "sftp": ("protocol", "host", "port", "user", "folder", "key", "fingerprint"),
    "ftps": ("protocol", "host", "port", "user", "folder", "fingerprint"),
    "ftp": ("protocol", "host", "port", "user", "folder"),
    "local": ("protocol", "folder"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A folder on a server, or on this machine."""

    name: str
    protocol: str
    folder: str
    host: str = ""
    port: int = 0
    user: str = ""

    key: str = ""
    """File of a private key; empty for the agent's keys and the usual files."""

    fingerprint: str = ""
    """SHA-256 of the host key (SFTP) or of the certificate (FTPS) that the server must have."""

    @property
    def address(self) -> str:
        """The target as people write it, without any secret."""
        if self.protocol == "local":
            return self.folder
        port = "" if self.port == PORTS[self.protocol] else f":{self.port}"
        folder = self.folder if self.folder.startswith("/") else f"/~/{self.folder}"
        return f"{self.protocol}://{self.user}@{self.host}{port}{folder}"


def read_target(name: str, settings: Mapping[str, object]) -> Target:
    """The target that settings describe, or a `SettingsError` that names what is wrong."""
    protocol = settings.get("protocol")
    if not isinstance(protocol, str) or protocol not in _KEYS:
        raise SettingsError(
            f"target {name!r}: 'protocol' is {protocol!r}; use one of {', '.join(sorted(_KEYS))}"
        )
    allowed = _KEYS[protocol]
    for key in settings:
        if key not in allowed:
            raise SettingsError(f"target {name!r}: {_unknown(key, protocol)}")
    texts = {key: _text(name, settings, key) for key in allowed if key != "port"}
    for key in ("host", "user", "folder"):
        if key in allowed and not texts[key]:
            raise SettingsError(f"target {name!r}: {key!r} is missing; say it, or run --setup")
    port = _port(name, settings, protocol)
    texts["folder"] = _folder(name, protocol, texts["folder"])
    _expanded(name, "key", texts.get("key", ""))
    _refuse_no_host(name, texts.get("host", ""))
    return Target(name=name, port=port, **texts)


_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters (no UTF-8 has them), line separators."""


def _unknown(key: str, protocol: str) -> str:
    if key in ("password", "passphrase"):
        return (
            f"{key!r} has no place in a file of the project; keep it in the system's keyring"
            " (run --setup) or in the environment"
        )
    near = difflib.get_close_matches(str(key), _KEYS[protocol], n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"{protocol} has {', '.join(_KEYS[protocol])}"
    return f"{key!r} is no setting of {protocol}; {hint}"


def _text(name: str, settings: Mapping[str, object], key: str) -> str:
    value = settings.get(key, "")
    if not isinstance(value, (str, Path)):
        raise SettingsError(f"target {name!r}: {key!r} is {value!r}; write a text")
    if any(unicodedata.category(character) in _UNSEEN for character in str(value)):
        raise SettingsError(f"target {name!r}: {key!r} has a line break or the like; take it out")
    return str(value)


def _port(name: str, settings: Mapping[str, object], protocol: str) -> int:
    port = settings.get("port")
    if "port" not in settings:
        return PORTS[protocol]
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise SettingsError(f"target {name!r}: 'port' is {port!r}; write a number like 22")
    return port


def _folder(name: str, protocol: str, folder: str) -> str:
    if protocol == "local":
        return _expanded(name, "folder", folder)
    if ".." in folder.split("/"):
        raise SettingsError(f"target {name!r}: 'folder' is {folder!r}; write it without '..'")
    return posixpath.normpath(folder)


def _expanded(name: str, key: str, path: str) -> str:
    try:
        return str(Path(path).expanduser())
    except RuntimeError as error:
        raise SettingsError(
            f"target {name!r}: {key!r} is {path!r}, and there is no such user here; write the whole"
            " path"
        ) from error


def _refuse_no_host(name: str, host: str) -> None:
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise SettingsError(
            f"target {name!r}: 'host' is {host!r}, which is no name of a host; write one like"
            " ssh.example.org"
        ) from error
