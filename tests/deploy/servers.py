"""What all servers of the tests share: real ones on loopback, each with a folder of its own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = f"s3cret-{secrets.token_hex(8)}"
"""Another each time: a command of somebody else that searches for it shows it too."""
BESIDE = Path(__file__).resolve().parents[2] / ".cache" / "servers"
"""Where vsftpd is unpacked: Debian installs only one FTP server at a time."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server, and the settings of a target in it."""

    settings: dict[str, object]

    folder: Path
    """The folder of the target, as it is on this machine."""

    password: str = ""

    log: Path | None = None


def program(name: str) -> str:
    """The path of a server; a missing one is told with its remedy."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin:{BESIDE}/usr/sbin")
    if not found:
        raise RuntimeError(
            f"{name} is missing; install requirements-system-dev.txt, and run tests/deploy/unpack"
        )
    return found


def ordinary() -> str:
    """The user that servers run as: never root."""
    return pwd.getpwuid(os.getuid()).pw_name if os.getuid() else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def place() -> Iterator[Path]:
    """A directory that an ordinary user can reach and root's parents guard (sshd's chroot asks)."""
    parent = "/run" if not os.getuid() else None
    directory = Path(tempfile.mkdtemp(prefix="deploy-", dir=parent))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def own(path: Path) -> Path:
    """Make a directory that belongs to the user whom servers run as."""
    path.mkdir(parents=True, exist_ok=True)
    if not os.getuid():
        user = pwd.getpwnam(ordinary())
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


@contextmanager
def running(command: list[str], port: int, log: Path, *, as_root: bool = False) -> Iterator[None]:
    """A server process, from when its port answers on."""
    drop = (
        {} if as_root or os.getuid() else {"user": ordinary(), "group": group(), "extra_groups": []}
    )
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, **drop
        )  # type: ignore[call-overload]
    try:
        _await(port, process, log)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def group() -> int:
    """The group that servers run in."""
    return pwd.getpwnam(ordinary()).pw_gid


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(2000):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()}")
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.01)
    raise RuntimeError(f"the server does not answer: {log.read_text()}")
