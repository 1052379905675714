"""Decides whether an SSH server is the one that is meant, before any secret is sent to it."""

from __future__ import annotations

from pathlib import Path

import asyncssh
from asyncssh import SSHKey

from ..errors import HostKeyError
from ..targets import Target

Known = str | bytes | tuple[list[str], list[str], list[str]]


def known_hosts() -> Path:
    """The user's file of known hosts."""
    return Path.home() / ".ssh" / "known_hosts"


def known_for(target: Target) -> Known:
    """What asyncssh is to trust: nothing but the pinned key if there is one."""
    if target.fingerprint:
        return ([], [], [])
    path = known_hosts()
    return str(path) if path.is_file() else b""


def is_pinned(target: Target, key: SSHKey) -> bool:
    """Whether the settings of the target name this key."""
    return bool(target.fingerprint) and key.get_fingerprint("sha256") == target.fingerprint


def refusal(target: Target, offered: SSHKey | None) -> HostKeyError:
    """Why a server is not trusted."""
    shown = offered.get_fingerprint("sha256") if offered else "a key of an unknown kind"
    if target.fingerprint:
        return HostKeyError(
            f"{target.host} has changed its host key: it shows {shown}, and the target has"
            f" {target.fingerprint}; somebody may be listening in. Ask the provider, and put the"
            " new fingerprint into publishconf.py only if it is theirs"
        )
    if _has_other_key(target):
        return HostKeyError(
            f"{target.host} shows the host key {shown}, and {known_hosts()} has another; somebody"
            f" may be listening in. Ask the provider, and if it is theirs: ssh-keygen -R"
            f" {_listed_as(target)}, then --setup"
        )
    return HostKeyError(
        f"{target.host} is not known here: it shows the host key {shown}; compare that with what"
        " the provider says, by --setup, which writes it into the target's settings"
    )


def _has_other_key(target: Target) -> bool:
    known = known_for(target)
    if not isinstance(known, str):
        return False
    keys = asyncssh.match_known_hosts(known, target.host, "", target.port)[0]
    return bool(keys)


def _listed_as(target: Target) -> str:
    return target.host if target.port == 22 else f"'[{target.host}]:{target.port}'"


def is_known(target: Target, key: SSHKey) -> bool:
    """Whether the user's file of known hosts has this key for the target."""
    path = known_hosts()
    if not path.is_file():
        return False
    keys = asyncssh.match_known_hosts(str(path), target.host, "", target.port)[0]
    return key in keys
