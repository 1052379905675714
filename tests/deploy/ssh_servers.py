"""Starts SFTP servers: OpenSSH's and asyncssh's own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

from .servers import PASSWORD, Server, free_port, ordinary, own, program, running


def make_key(path: Path) -> Path:
    """A new pair of keys for SSH."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def fingerprint_of(public: Path) -> str:
    told = subprocess.run(
        ["ssh-keygen", "-l", "-f", public], check=True, capture_output=True, text=True
    )
    return told.stdout.split()[1]


@contextmanager
def sshd(base: Path, *, chroot: bool) -> Iterator[Server]:
    """OpenSSH with internal-sftp: for root in a chroot, for an ordinary user in its own files."""
    as_root = chroot and not os.getuid()
    keys = own(base / "keys")
    host, user = make_key(keys / "host"), make_key(keys / "user")
    shutil.copy(f"{user}.pub", keys / "authorized")
    folder = own(base / "jail" / "public")
    if not os.getuid() and not as_root:
        shutil.chown(host, ordinary())
    if as_root:
        Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    lines = [
        *(f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {host}", "PidFile none"),
        *(f"AuthorizedKeysFile {keys / 'authorized'}", "StrictModes no"),
        # Without root, sshd cannot look up whether the account is locked, and takes it for so.
        f"UsePAM {'no' if as_root else 'yes'}",
        *("PasswordAuthentication no", "KbdInteractiveAuthentication no", "MaxStartups 100"),
        *("Subsystem sftp internal-sftp", "LogLevel VERBOSE"),
        *([f"ChrootDirectory {base / 'jail'}", "ForceCommand internal-sftp"] if as_root else []),
    ]
    config = base / "sshd_config"
    config.write_text("\n".join(lines) + "\n")
    command = [program("sshd"), "-D", "-e", "-f", str(config)]
    with running(command, port, base / "sshd.log", as_root=as_root):
        yield Server(
            settings={
                "protocol": "sftp",
                "host": "127.0.0.1",
                "port": port,
                "user": ordinary(),
                "folder": "/public" if as_root else str(folder),
                "key": str(user),
                "fingerprint": fingerprint_of(Path(f"{host}.pub")),
            },
            folder=folder,
            log=base / "sshd.log",
        )


class _Asking(asyncssh.SSHServer):
    """Lets in whoever knows the password."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("ada", PASSWORD)


@contextmanager
def asyncssh_server(
    base: Path, *, factory: Callable[..., asyncssh.SFTPServer] = asyncssh.SFTPServer
) -> Iterator[Server]:
    """asyncssh's own server, with a password, in a thread."""
    base.mkdir(exist_ok=True)
    (base / "public").mkdir()
    key = asyncssh.generate_private_key("ssh-ed25519")
    port = free_port()
    server = asyncssh.create_server(
        _Asking,
        "127.0.0.1",
        port,
        server_host_keys=[key],
        sftp_factory=lambda channel: factory(channel, chroot=os.fsencode(base)),
    )
    with _in_thread(server):
        yield Server(
            settings={
                "protocol": "sftp",
                "host": "127.0.0.1",
                "port": port,
                "user": "ada",
                "folder": "/public",
                "fingerprint": key.get_fingerprint("sha256"),
            },
            folder=base / "public",
            password=PASSWORD,
        )


@contextmanager
def _in_thread(server: Awaitable[asyncssh.SSHAcceptor]) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    started = loop.run_until_complete(server)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_stop(started), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(acceptor: asyncssh.SSHAcceptor) -> None:
    acceptor.close()
    await acceptor.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
