"""Builds, targets and options of the tests; a target is read as a web server would read it."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import subprocess
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from deploy.lock import Holder
from deploy.options import Options
from deploy.publishing import Report, publish, rollback
from deploy.transport import Transport
from deploy.transports.local import Local

Answer = TypeVar("Answer")
Tree = Mapping[str, str]

FIRST: Tree = {
    "index.html": "front 1 <a href=posts/a.html>a</a>",
    "posts/a.html": "a 1",
    "posts/b.html": "b 1",
    "old/gone.html": "gone",
    "theme/style.css": "body {}",
    "feeds/all.atom": "feed 1",
    "twin-1.txt": "the same",
    "twin-2.txt": "the same",
    "Ä b/é ü.html": "spaces and accents",
    "was-file": "a file",
    "was-folder/inner.html": "in a folder",
}
SECOND: Tree = {
    "index.html": "front 2 <a href=posts/c.html>c</a>",
    "posts/a.html": "a 2, longer",
    "posts/b.html": "b 1",
    "posts/c.html": "the same",
    "theme/style.css": "body {color: red}",
    "feeds/all.atom": "feed 2",
    "twin-2.txt": "gone",
    "Ä b/é ü.html": "accents and spaces",
    "was-file/now.html": "a folder now",
    "was-folder": "a file now",
}


@pytest.fixture(scope="session", autouse=True)
def unpacked() -> None:
    """The one server that cannot be installed beside the others."""
    subprocess.run([Path(__file__).with_name("unpack")], check=True)


def run(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    return asyncio.run(coroutine)


def grow(folder: Path, tree: Tree) -> Path:
    """A directory with just these files."""
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


def live(folder: Path) -> dict[str, str]:
    """What a reader can get."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".deploy" not in path.relative_to(folder).parts
    }


def somebody(token: str = "1") -> Holder:
    return Holder(
        user="ada", host="desk", pid=os.getpid(), since="2026-11-22 12:00 UTC", token=token
    )


async def at_once(_: float) -> None:
    """Nobody reads the site, so nobody has to be waited for."""


def options(**changes: Any) -> Options:
    return dataclasses.replace(Options(me=somebody(), wait=at_once, dead=lambda _: True), **changes)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return grow(tmp_path / "first", FIRST)


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return grow(tmp_path / "second", SECOND)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


@pytest.fixture
def send(target: Path) -> Callable[..., Report]:
    """Publish a build to the local target."""

    def send(site: Path, **changes: Any) -> Report:
        return run(publish(Local(target), site, options(**changes)))

    return send


@pytest.fixture
def back(target: Path) -> Callable[..., Report]:
    """Roll the local target back."""

    def back(**changes: Any) -> Report:
        return run(rollback(Local(target), options(**changes)))

    return back


class Cutting:
    """A transport whose connection is lost for good at one call, before or after that is done."""

    def __init__(self, inner: Transport, at: int, *, done: bool) -> None:
        self.inner, self.at, self.done = inner, at, done
        self.calls: list[str] = []

    @property
    def renews(self) -> bool:
        return self.inner.renews

    @property
    def parallel(self) -> int:
        return self.inner.parallel

    def __getattr__(self, name: str) -> Any:
        from deploy.errors import ConnectionLostError

        ask = getattr(self.inner, name)

        async def asked(*arguments: Any) -> Any:
            self.calls.append(name)
            number = len(self.calls)
            if number > self.at or (number == self.at and not self.done):
                raise ConnectionLostError("the connection was lost; publish again to go on")
            answer = await ask(*arguments)
            if number == self.at:
                raise ConnectionLostError("the connection was lost; publish again to go on")
            return answer

        return asked


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An author without keys, agent, keyring or known hosts."""
    for name in ("SSH_AUTH_SOCK", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home/.ssh").mkdir(parents=True)
    return tmp_path / "home"
