"""Finds the password of a target: in the environment, the system's keyring, or by asking.

Never in a file of the project, never on a command line, never in a message.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import LoginError
from .targets import Target

Ask = Callable[[str], str | None]
"""Asks a person for a secret, without showing it; None when there is nobody to ask."""


@dataclass(frozen=True, slots=True)
class Password:
    """A secret that does not show itself."""

    text: str = field(repr=False)

    source: str
    """Where it was found, for messages."""


def variable(target: Target) -> str:
    """The environment variable that may hold the password of a target."""
    return "DEPLOY_PASSWORD_" + re.sub(r"[^A-Z0-9]", "_", target.name.upper())


def find(target: Target, ask: Ask) -> Password | None:
    """The password of a target, from the first source that has it."""
    if text := _line(os.environ.get(variable(target))):
        return Password(text, f"the environment variable {variable(target)}")
    if text := _line(_in_keyring(target)):
        return Password(text, "the system's keyring")
    text = _line(ask(f"Password of {target.user} at {target.host}: "))
    return Password(text, "what you typed") if text else None


def keep(target: Target, password: str) -> None:
    """Put a password into the system's keyring."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_service(target), target.user, password)
    except KeyringError as error:
        raise LoginError(
            "this system has no keyring that can be opened; set the environment variable"
            f" {variable(target)} instead, or type the password at each publish"
        ) from error


def _line(text: str | None) -> str:
    """A secret without the line end that files and commands put behind it."""
    return (text or "").rstrip("\r\n")


def _in_keyring(target: Target) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_service(target), target.user)
    except KeyringError:  # there is none, or it stays locked: the next source may know
        return None


def _service(target: Target) -> str:
    return f"deploy {target.protocol}://{target.host}:{target.port}"
