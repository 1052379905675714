"""Finds the keys to log in with: the file that is named, else the usual ones; and the agent's.

A file that is named and cannot be used is told before the server is called. Of the usual files,
those that cannot be used are passed over, as OpenSSH does.
"""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import asyncssh
from asyncssh import SSHKeyPair

from ..errors import LoginError
from ..passwords import Password

_USUAL = ("id_ed25519", "id_ecdsa", "id_rsa", "id_ed448", "id_dsa")
_AGENT_SECONDS = 20
_MISMATCH = "Public key mismatch"
"""What asyncssh says of a key and the .pub beside it."""


@asynccontextmanager
async def offered(key: str, passphrase: Callable[[], Password]) -> AsyncIterator[list[SSHKeyPair]]:
    """The keys to offer, which can be used until the end of the context."""
    async with AsyncExitStack() as open_agent:
        held: list[SSHKeyPair] = []
        with suppress(OSError, ValueError):  # there is none, or it does not answer
            async with asyncio.timeout(_AGENT_SECONDS):
                agent = await open_agent.enter_async_context(asyncssh.connect_agent())
                held = list(await agent.get_keys())
        if key:
            mine = _named(key, held, passphrase)
            yield mine + [pair for pair in held if pair not in mine]
        else:
            yield held + _usual()


def _usual() -> list[SSHKeyPair]:
    found: list[SSHKeyPair] = []
    for name in _USUAL:
        with suppress(OSError, ValueError, RuntimeError):  # RuntimeError: nobody has a home here
            path = Path("~/.ssh", name).expanduser()
            found += asyncssh.load_keypairs([path], ignore_encrypted=True)
    return found


def _named(
    key: str, held: list[SSHKeyPair], passphrase: Callable[[], Password]
) -> list[SSHKeyPair]:
    path = Path(key).expanduser()
    data = _content(key, path)
    try:
        return list(asyncssh.load_keypairs([path]))
    except ValueError as error:
        if not str(error).startswith("Passphrase"):
            raise _unusable(key, data, error) from error
    public = _public_data(path)
    return [pair for pair in held if pair.public_data == public] or _opened(key, passphrase())


def _content(key: str, path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.read_bytes()
    except FileNotFoundError as error:
        raise LoginError(f"there is no key file {key}; name yours") from error
    except OSError as error:
        raise LoginError(
            f"the key {key} cannot be read: {error.strerror}; mend that, or name another"
        ) from error
    what = "directory" if stat.S_ISDIR(mode) else "device or the like"
    raise LoginError(f"the key {key} is a {what}; name the file of a private key")


def _public_data(path: Path) -> bytes | None:
    """The public half of a key that is encrypted, if it can be had without the passphrase."""
    for public in (Path(f"{path}.pub"), path):
        with suppress(OSError, ValueError):
            return asyncssh.read_public_key(public).public_data
    return None


def _opened(key: str, secret: Password) -> list[SSHKeyPair]:
    try:
        return list(asyncssh.load_keypairs([Path(key).expanduser()], secret.text))
    except ValueError as error:
        if str(error) == _MISMATCH:
            raise _mismatched(key, error) from error
        if str(error).startswith("Unknown"):
            raise LoginError(
                f"the key {key} cannot be decrypted: {error}; encrypt it anew: ssh-keygen -p -f"
                f" {key}"
            ) from error
        raise LoginError(
            f"the key {key} cannot be decrypted with {secret.source}: {error}; check the passphrase"
        ) from error


def _unusable(key: str, data: bytes, error: Exception) -> LoginError:
    if str(error) == _MISMATCH:
        return _mismatched(key, error)
    with suppress(ValueError):
        asyncssh.import_public_key(data)
        return LoginError(
            f"{key} is a public key; name the file of the private one, usually without .pub"
        )
    return LoginError(f"the key {key} cannot be used: {error}; is it the private key?")


def _mismatched(key: str, error: Exception) -> LoginError:
    return LoginError(
        f"the key {key} cannot be used: {error}; {key}.pub may be that of another key, so move it"
        " away"
    )
