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


Secret = Callable[[str], Password]
"""Finds the secret that is described, or raises a `DeployError`."""


def password_of(target: Target) -> str:
    """How the password of the user is described."""
    return f"password of {target.user} at {target.host}"


def passphrase_of(target: Target) -> str:
    """How the passphrase of the key file is described."""
    return f"passphrase of {target.key}"


def variable(target: Target) -> str:
    """The environment variable that may hold the password of a target."""
    return "DEPLOY_PASSWORD_" + re.sub(r"[^A-Z0-9]", "_", target.name.upper())


def find(target: Target, ask: Ask, wanted: str) -> Password | None:
    """The secret of a target that is WANTED, from the first source that has any."""
    named = f"the environment variable {variable(target)}"
    if found := _password(os.environ.get(variable(target)), named):
        return found
    if found := _password(_in_keyring(target), "the system's keyring"):
        return found
    return _password(ask(f"{wanted[:1].upper()}{wanted[1:]}: "), "what you typed")


def lacking(target: Target, wanted: str) -> LoginError:
    """The complaint that nobody has the secret that is WANTED."""
    return LoginError(
        f"the {wanted} is wanted, and there is none: set {variable(target)}, or keep it in the"
        " keyring (--setup)"
    )


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
    except Exception as error:
        raise _broken(target, error) from error


def _password(text: str | None, source: str) -> Password | None:
    """A secret without the line end that files and commands put behind it."""
    line = (text or "").rstrip("\r\n")
    if "\n" in line or "\r" in line:
        raise LoginError(f"{source} has more than one line; put there only the secret")
    if any("\ud800" <= character <= "\udfff" for character in line):
        raise LoginError(f"{source} is no UTF-8; put there the secret in UTF-8")
    return Password(line, source) if line else None


def _in_keyring(target: Target) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_service(target), target.user)
    except KeyringError:  # there is none, or it stays locked: the next source may know
        return None
    except Exception as error:
        raise _broken(target, error) from error


def _broken(target: Target, error: Exception) -> LoginError:
    """Settings of the keyring name any class, and what that raises is its own affair."""
    said = (str(error) or type(error).__name__).splitlines()[0]
    return LoginError(
        f"the system's keyring is set up wrongly ({said}); mend PYTHON_KEYRING_BACKEND or its"
        f" keyringrc.cfg, or set {variable(target)}"
    )


def _service(target: Target) -> str:
    return f"deploy {target.protocol}://{target.host}:{target.port}"
