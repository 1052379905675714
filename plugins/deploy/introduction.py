"""Gets to know a target: asks a person once, tries what a publish will do, says what failed.

No password is shown, returned or written to a file; it may go into the system's keyring.
"""

from __future__ import annotations

import posixpath
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from . import connect, passwords, shown_keys
from .errors import DeployError, HostKeyError, MissingError, RemoteError, SettingsError
from .passwords import Ask, Password
from .targets import PORTS, Target, read_target
from .transport import Transport

_TRIAL = ".deploy-trial"
_CONTENT = b"a trial of publishing; it may be deleted\n"
_GUESSES = ("public", "public_html", "htdocs", "www", "httpdocs", "html", "web")
"""Folders that providers serve, by their custom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How the person is asked and told."""

    ask: Callable[[str, str], str]
    """A question and the answer that Return gives."""

    secret: Ask
    tell: Callable[[str], None]


async def setup(name: str, answers: Answers) -> str:
    """Ask for a target, try it, and return the settings to put into ``publishconf.py``."""
    target = _asked(name, answers)
    target = await _trusted(target, answers)
    secret = _Typed(target, answers)
    transport = await _opened(target, secret, answers)
    try:
        await _find(transport, target, secret, answers)
        await _try(transport, answers)
    finally:
        await transport.close()
    _keep(target, secret, answers)
    answers.tell(
        f"all is well; put this into PUBLISH_TARGETS of publishconf.py, then:"
        f" ./invoke publish --to {name}"
    )
    return _settings(target)


def _asked(name: str, answers: Answers) -> Target:
    protocol = _choice(answers, f"Protocol ({', '.join(PORTS)})", "sftp", tuple(PORTS))
    if protocol == "local":
        folder = answers.ask("Directory on this machine", "/srv/www")
        return read_target(name, {"protocol": protocol, "folder": folder})
    host = answers.ask("Host, such as ssh.example.org", "").strip()
    port = answers.ask("Port", str(PORTS[protocol])).strip()
    if not port.isdecimal():
        raise SettingsError(f"the port is {port!r}; a number like {PORTS[protocol]} is wanted")
    settings: dict[str, object] = {
        "protocol": protocol,
        "host": host,
        "port": int(port),
        "user": answers.ask("User", "").strip(),
        "folder": answers.ask("Folder that is served", "/public").strip(),
    }
    if protocol == "sftp":
        settings["key"] = answers.ask("Key file; empty for the agent's, or a password", "").strip()
    return read_target(name, settings)


def _choice(answers: Answers, question: str, usual: str, choices: tuple[str, ...]) -> str:
    said = answers.ask(question, usual).strip().lower()
    if said not in choices:
        raise SettingsError(f"{said!r} is none of {', '.join(choices)}; start again")
    return said


async def _trusted(target: Target, answers: Answers) -> Target:
    """The target with the fingerprint that the person has confirmed. Nothing secret is sent."""
    shown = await shown_keys.shown(target)
    if not shown:
        return target
    answers.tell(f"{target.host} shows the fingerprint {shown}")
    said = answers.ask("Is that what the provider says? yes or no", "no").strip().lower()
    if said != "yes":
        raise HostKeyError(
            f"the fingerprint of {target.host} was not confirmed, so nothing was sent; ask the"
            " provider for it"
        )
    return replace(target, fingerprint=shown)


class _Typed:
    """The password or passphrase, and whether a person has typed it."""

    def __init__(self, target: Target, answers: Answers) -> None:
        self._target, self._answers = target, answers
        self.typed: str | None = None
        self._found: Password | None = None

    def found(self, wanted: str) -> Password:
        """What is WANTED, looked for once."""
        if self._found is None:
            self._found = passwords.find(self._target, self._asked, wanted)
        if self._found is None:
            raise DeployError(f"no {wanted} was typed, so nobody is let in; start again")
        return self._found

    def _asked(self, question: str) -> str | None:
        self.typed = self._answers.secret(question)
        return self.typed


async def _opened(target: Target, secret: _Typed, answers: Answers) -> Transport:
    if target.protocol == "ftp":
        answers.tell(connect.CLEAR)
    transport = await connect.open_transport(target, secret.found)
    if target.protocol != "local":
        answers.tell("log in: works")
    return transport


async def _find(transport: Transport, target: Target, secret: _Typed, answers: Answers) -> None:
    if "" in await transport.look([""]):
        answers.tell("find the folder: works")
        return
    found = [] if target.protocol == "local" else await _likely(target, secret)
    usually = f"the folder is probably {' or '.join(found)}" if found else "it has to be made first"
    raise MissingError(f"find the folder: failed: {target.folder} is not there; {usually}")


async def _likely(target: Target, secret: _Typed) -> list[str]:
    """Folders that are served by custom, and that are there."""
    found = []
    for root in ("/", "."):
        transport = await connect.open_transport(replace(target, folder=root), secret.found)
        try:
            seen = await transport.look(_GUESSES)
        finally:
            await transport.close()
        found += [posixpath.join(root, name) for name in seen if seen[name].kind == "folder"]
    return [posixpath.normpath(name) for name in found]


async def _try(transport: Transport, answers: Answers) -> None:
    first, second = f"{_TRIAL}-1", f"{_TRIAL}-2"
    async with _step(answers, "write", "this user may only read there; another folder, or user?"):
        await transport.write(first, _CONTENT)
    async with _step(answers, "read", "the server changes files, or hides them"):
        if await transport.read(first) != _CONTENT:
            raise RemoteError("what came back is not what was written")
    async with _step(answers, "rename", "the server forbids what publishing cannot do without"):
        await transport.rename(first, second)
    async with _step(
        answers, "delete", "the server would keep old pages for ever; ask to allow it"
    ):
        await transport.remove(second)


@asynccontextmanager
async def _step(answers: Answers, what: str, usually: str) -> AsyncIterator[None]:
    try:
        yield
    except DeployError as error:
        raise type(error)(f"{what}: failed: {error}; usually that means: {usually}") from error
    answers.tell(f"{what}: works")


def _keep(target: Target, secret: _Typed, answers: Answers) -> None:
    if secret.typed is None:
        return
    said = answers.ask("Keep the password in the system's keyring? yes or no", "yes")
    if said.strip().lower() == "yes":
        try:
            passwords.keep(target, secret.typed)
        except DeployError as error:
            answers.tell(str(error))


def _settings(target: Target) -> str:
    """The line of ``PUBLISH_TARGETS``; there is no secret in it."""
    wanted = ("protocol", "host", "port", "user", "folder", "key", "fingerprint")
    values = {key: getattr(target, key) for key in wanted}
    usual = {"port": PORTS[target.protocol]}
    said = {key: value for key, value in values.items() if value not in ("", 0, usual.get(key))}
    return f"{target.name!r}: {said!r},"
