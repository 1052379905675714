"""Starts real servers on loopback, each with a folder of its own, as whoever runs the tests."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

PASSWORD = "s3cret-of-the-tests"
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
        {}
        if as_root or os.getuid()
        else {"user": ordinary(), "group": _group(), "extra_groups": []}
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


def _group() -> int:
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
    loop, port = asyncio.new_event_loop(), free_port()
    started: list[asyncssh.SSHAcceptor] = []

    async def start() -> None:
        started.append(
            await asyncssh.create_server(
                _Asking,
                "127.0.0.1",
                port,
                server_host_keys=[key],
                sftp_factory=lambda channel: factory(channel, chroot=os.fsencode(base)),
            )
        )

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
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
    finally:
        asyncio.run_coroutine_threadsafe(_stop(started[0]), loop).result(30)
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


def certificate(folder: Path) -> tuple[Path, Path, str]:
    """A certificate of our own making for 127.0.0.1, its key, and its fingerprint."""
    import base64
    import hashlib
    import ssl

    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *(
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=tests",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
            ),
            *("-out", cert, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    if not os.getuid():
        shutil.chown(key, ordinary())
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(cert.read_text())).digest()
    return cert, key, "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


@contextmanager
def vsftpd(base: Path) -> Iterator[Server]:
    """vsftpd that wants TLS, and the session of the control connection on each data connection."""
    folder = own(base / "root" / "public")
    cert, key, print_ = certificate(own(base / "tls"))
    passwords = base / "passwords"
    passwords.write_text(f"{PASSWORD}\n")
    port = free_port()
    yes = (
        *("listen", "run_as_launching_user", "anonymous_enable", "write_enable"),
        *("anon_upload_enable", "anon_mkdir_write_enable", "anon_other_write_enable"),
        *("secure_email_list_enable", "ssl_enable", "allow_anon_ssl", "force_anon_logins_ssl"),
        *("force_anon_data_ssl", "require_ssl_reuse", "log_ftp_protocol"),
    )
    lines = [
        *(f"{name}=YES" for name in yes),
        *("background=NO", "seccomp_sandbox=NO", "anon_world_readable_only=NO", "anon_umask=022"),
        *("listen_address=127.0.0.1", f"listen_port={port}", f"anon_root={base / 'root'}"),
        *(
            f"email_password_file={passwords}",
            f"rsa_cert_file={cert}",
            "ftp_username=" + ordinary(),
        ),
        *(f"rsa_private_key_file={key}", "ssl_ciphers=HIGH", "max_per_ip=4"),
        f"vsftpd_log_file={own(base / 'log') / 'vsftpd.log'}",
    ]
    config = own(base / "conf") / "vsftpd.conf"
    config.write_text("\n".join(lines) + "\n")
    if not os.getuid():
        shutil.chown(config, ordinary())
    with running([program("vsftpd"), str(config)], port, base / "vsftpd.out"):
        yield Server(
            settings={
                "protocol": "ftps",
                "host": "127.0.0.1",
                "port": port,
                "user": "anonymous",
                "folder": f"{base}/root/public",
                "fingerprint": print_,
            },
            folder=folder,
            password=PASSWORD,
            log=base / "log" / "vsftpd.log",
        )


@contextmanager
def proftpd(base: Path, *, tls: bool) -> Iterator[Server]:
    """proftpd, whose TLS wants session reuse as it comes."""
    folder = own(base / "root" / "public")
    cert, key, print_ = certificate(own(base / "tls"))
    state, port = own(base / "state"), free_port()
    user = pwd.getpwnam(ordinary())
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"],
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    users = state / "users"
    users.write_text(f"ada:{hashed}:{user.pw_uid}:{user.pw_gid}::{base / 'root'}:/bin/false\n")
    users.chmod(0o600)
    if not os.getuid():
        shutil.chown(users, ordinary())
    secure = [
        *(
            "<IfModule mod_tls.c>",
            "TLSEngine on",
            "TLSRequired on",
            f"TLSRSACertificateFile {cert}",
        ),
        *(f"TLSRSACertificateKeyFile {key}", f"TLSLog {state / 'tls.log'}", "</IfModule>"),
    ]
    ecdsa = [line.replace("TLSRSA", "TLSEC") for line in secure]
    lines = [
        *(["ModulePath /usr/lib/proftpd", "LoadModule mod_tls.c"] if tls else []),
        *("ServerName tests", "ServerType standalone", "DefaultServer on", "UseIPv6 off"),
        *("DefaultAddress 127.0.0.1", "SocketBindTight on", f"Port {port}", "UseReverseDNS off"),
        *(f"User {ordinary()}", f"Group #{user.pw_gid}", "RequireValidShell off", "WtmpLog off"),
        *(f"AuthUserFile {users}", "AuthOrder mod_auth_file.c", "AllowOverwrite on", "Umask 022"),
        *(f"PidFile {state / 'pid'}", f"ScoreboardFile {state / 'board'}", "TransferLog none"),
        *(f"SystemLog {state / 'system.log'}", "DelayTable none", "AuthPAM off"),
        *(ecdsa if tls else []),
    ]
    config = state / "proftpd.conf"
    config.write_text(
        "\n".join(lines).replace(f"Group #{user.pw_gid}", f"Group {_group_name()}") + "\n"
    )
    with running([program("proftpd"), "-n", "-c", str(config)], port, base / "proftpd.out"):
        yield Server(
            settings={
                "protocol": "ftps" if tls else "ftp",
                "host": "127.0.0.1",
                "port": port,
                "user": "ada",
                "folder": f"{base}/root/public",
                **({"fingerprint": print_} if tls else {}),
            },
            folder=folder,
            password=PASSWORD,
            log=state / "system.log",
        )


def _group_name() -> str:
    import grp

    return grp.getgrgid(_group()).gr_name
