"""Decides whether an SSH server is the one that is meant, before any secret is sent to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import asyncssh
from asyncssh import SSHKey

from ..errors import HostKeyError
from ..targets import Target

Known = bytes | tuple[list[str], list[str], list[str]]


def known_hosts() -> Path:
    """The user's file of known hosts."""
    return Path.home() / ".ssh" / "known_hosts"


def known_for(target: Target) -> Known:
    """What asyncssh is to trust: nothing but the pinned key if there is one."""
    return ([], [], []) if target.fingerprint else _known_lines()


def _known_lines() -> bytes:
    """The lines of known hosts that can be read, without the others, as OpenSSH does."""
    try:
        said = known_hosts().read_bytes()
    except (FileNotFoundError, NotADirectoryError, RuntimeError):  # the last: without a home
        return b""
    except OSError as error:
        raise HostKeyError(
            f"{known_hosts()} cannot be read: {error.strerror}; mend that, or let --setup write the"
            " fingerprint of the server into the target's settings"
        ) from error
    # asyncssh takes no line of which anything is not ASCII, be it only the comment.
    lines = said.decode("ascii", "backslashreplace").splitlines()
    return "\n".join(filter(_is_understood, lines)).encode()


def _is_understood(line: str) -> bool:
    try:
        asyncssh.import_known_hosts(line)
    except ValueError:
        return False
    return True


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
    return bool(_keys_of(target))


def _keys_of(target: Target) -> Sequence[SSHKey]:
    return asyncssh.match_known_hosts(_known_lines(), target.host, "", target.port)[0]


def _listed_as(target: Target) -> str:
    return target.host if target.port == 22 else f"'[{target.host}]:{target.port}'"


def is_known(target: Target, key: SSHKey) -> bool:
    """Whether the user's file of known hosts has this key for the target."""
    return key in _keys_of(target)
