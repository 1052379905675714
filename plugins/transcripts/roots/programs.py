"""Starts the programs that make root file systems; each dies with us, and with its children.

No thread is started, nor a shell: programs are waited for by their descriptors.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..death import death
from ..errors import SandboxError
from ..runners.process import Identity

Tell = Callable[[str], None]
"""Gets short texts about how it goes on."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": _PATH, "HOME": "/nonexistent"}
_KEPT = ("http_proxy", "https_proxy", "no_proxy", "APT_CONFIG")
"""Of the author's environment: how the network is reached."""
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended, and what it said on its way."""

    status: int
    lines: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The line, or those of a package, that tell best why it failed."""
        for at, line in enumerate(self.lines):
            if line.startswith("dpkg: error processing package "):  # what it said itself is before
                return " ".join(said.strip() for said in self.lines[max(0, at - 1) : at + 2])
        wrong = [line for line in self.lines if line.startswith(("E: ", "FATAL"))]
        said = [line for line in self.lines if line.strip()]
        # apt and mmdebstrap name the cause first, others last.
        reason = (wrong[:1] or said[-1:] or [f"exit status {self.status}"])[0]
        return reason.removeprefix("E: ").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run: what it is, and what it finds when it starts."""

    argv: tuple[str, ...]
    cwd: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: int = subprocess.DEVNULL
    identity: Identity | None = None
    """Another than our own; only user 0 can ask for that."""


def need(*packages: tuple[str, str]) -> None:
    """Raise SandboxError unless each program is there; pairs of program and Debian package."""
    missing = [package for program, package in packages if not shutil.which(program, path=_PATH)]
    if missing:
        names = " ".join(sorted(set(missing)))
        raise SandboxError(
            f"{names} not installed; run 'invoke setup' or 'apt-get install {names}'"
        )


async def run(program: Program, hear: Tell = lambda _: None) -> Ended:
    """Run a program to its end; ``hear`` gets each line as it comes, from stdout and stderr alike.

    Cancelled, it kills the program with all its children, and waits until they are gone.
    """
    ours, theirs = os.pipe2(os.O_CLOEXEC)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, ours)
        try:
            started = _start(program, theirs)
        finally:
            os.close(theirs)
        listening = _Listening(ours, hear)
        status = await _end_of(started, listening)
    return Ended(status=status, lines=tuple(listening.lines))


async def succeed(program: Program, hear: Tell = lambda _: None) -> Ended:
    """Run a program, and raise SandboxError, which quotes its reason, where it fails."""
    ended = await run(program, hear)
    if ended.status:
        raise failure(program.argv[0], ended)
    return ended


def failure(what: str, ended: Ended) -> SandboxError:
    """The complaint about a program that failed, with the cure where there is a known one."""
    said = "\n".join(ended.lines)
    for sign, cure in _CURES:
        if sign in said:
            return SandboxError(f"{what} failed: {cure}")
    return SandboxError(f"{what} failed: {ended.reason}")


_NO_SPACE = "no space left on the device; free some, such as with 'invoke roots --prune'"
_NO_IDS = (
    "you have no subordinate user ids;"
    " run 'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER'"
)
_NO_NAMESPACES = (
    "this system lets you make no user namespaces;"
    " run 'sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000'"
)
_NO_RIGHTS = (
    "this system gives user namespaces no rights;"
    " run 'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0'"
)
_CURES = (
    ("No space left on device", _NO_SPACE),
    ("in /etc/sub", _NO_IDS),
    ("unshare failed", _NO_NAMESPACES),
    ("/proc/self/uid_map", _NO_RIGHTS),
)


def _start(program: Program, output: int) -> subprocess.Popen[bytes]:
    other: dict[str, Any] = {}
    if program.identity is not None and os.getuid() == 0:
        other = {"user": program.identity.uid, "group": program.identity.gid, "extra_groups": []}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(
        # So that nothing is left of it when we are killed.
        ["setpriv", "--pdeathsig", "KILL", *program.argv],
        cwd=program.cwd,
        env={**kept, **_ENVIRONMENT, **program.environment},
        stdin=program.stdin,
        stdout=output,
        stderr=output,
        umask=0o022,
        start_new_session=True,
        **other,
    )


async def _end_of(started: subprocess.Popen[bytes], listening: _Listening) -> int:
    """Its exit status, once it is dead and all that it said is heard."""
    loop = asyncio.get_running_loop()

    def listen() -> None:
        if not listening.read() and listening.over:
            loop.remove_reader(listening.fd)

    loop.add_reader(listening.fd, listen)
    try:
        await death(started.pid)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)
        status = started.wait()
        loop.remove_reader(listening.fd)
        listening.finish()
    return status


class _Listening:
    """Cuts what a program says into lines."""

    def __init__(self, fd: int, hear: Tell) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self.lines: list[str] = []
        self.over = False
        self._hear = hear
        self._rest = b""

    def read(self) -> bool:
        """Take what there is; False where there is nothing more now."""
        try:
            data = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return False
        self.over = not data
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._say(line)
        return bool(data)

    def finish(self) -> None:
        """Take all that is left, and the last line, which may lack its end."""
        while self.read():
            pass
        if self._rest:
            self._say(self._rest)

    def _say(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        self.lines.append(text)
        self._hear(text)
