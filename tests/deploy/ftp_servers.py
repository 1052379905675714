"""Starts FTP servers: vsftpd with TLS, and proftpd with and without."""

from __future__ import annotations

import base64
import grp
import hashlib
import os
import pwd
import shutil
import ssl
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .servers import PASSWORD, Server, free_port, group, ordinary, own, program, running

_SWITCHES = (
    *("listen", "run_as_launching_user", "anonymous_enable", "write_enable"),
    *("anon_upload_enable", "anon_mkdir_write_enable", "anon_other_write_enable"),
    *("secure_email_list_enable", "ssl_enable", "allow_anon_ssl", "force_anon_logins_ssl"),
    *("force_anon_data_ssl", "require_ssl_reuse", "log_ftp_protocol"),
)
_VSFTPD = (
    *(f"{name}=YES" for name in _SWITCHES),
    *("background=NO", "seccomp_sandbox=NO", "anon_world_readable_only=NO", "anon_umask=022"),
    *("listen_address=127.0.0.1", "ssl_ciphers=HIGH", "max_per_ip=4"),
)
_PROFTPD = (
    *("ServerName tests", "ServerType standalone", "DefaultServer on", "UseIPv6 off"),
    *("DefaultAddress 127.0.0.1", "SocketBindTight on", "UseReverseDNS off"),
    *("RequireValidShell off", "WtmpLog off", "AuthOrder mod_auth_file.c", "AuthPAM off"),
    *("AllowOverwrite on", "Umask 022", "TransferLog none", "DelayTable none"),
)


def certificate(folder: Path) -> tuple[Path, Path, str]:
    """A certificate of our own making for 127.0.0.1, its key, and its fingerprint."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "30", "-subj", "/CN=tests"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
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
    lines = [
        *_VSFTPD,
        *(f"listen_port={port}", f"anon_root={base / 'root'}", f"ftp_username={ordinary()}"),
        *(f"email_password_file={passwords}", f"rsa_cert_file={cert}"),
        *(f"rsa_private_key_file={key}", f"vsftpd_log_file={own(base / 'log') / 'vsftpd.log'}"),
    ]
    config = _config(own(base / "conf") / "vsftpd.conf", lines)
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
    lines = [
        *(["ModulePath /usr/lib/proftpd", "LoadModule mod_tls.c"] if tls else []),
        *_PROFTPD,
        *(f"Port {port}", f"User {ordinary()}", f"Group {grp.getgrgid(group()).gr_name}"),
        *(f"AuthUserFile {_users(state, base / 'root')}", f"SystemLog {state / 'system.log'}"),
        *(f"PidFile {state / 'pid'}", f"ScoreboardFile {state / 'board'}"),
        *(_secured(cert, key, state / "tls.log") if tls else []),
    ]
    config = _config(state / "proftpd.conf", lines)
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


def _users(state: Path, home: Path) -> Path:
    """A list of users, of whom there is one."""
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"],
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    user = pwd.getpwnam(ordinary())
    users = _config(
        state / "users", [f"ada:{hashed}:{user.pw_uid}:{user.pw_gid}::{home}:/bin/false"]
    )
    users.chmod(0o600)
    return users


def _secured(cert: Path, key: Path, log: Path) -> list[str]:
    """The lines that make proftpd want TLS."""
    return [
        *("<IfModule mod_tls.c>", "TLSEngine on", "TLSRequired on", f"TLSLog {log}"),
        *(f"TLSECCertificateFile {cert}", f"TLSECCertificateKeyFile {key}", "</IfModule>"),
    ]


def _config(path: Path, lines: Iterable[str]) -> Path:
    """A file that the user whom servers run as can read."""
    path.write_text("\n".join(lines) + "\n")
    if not os.getuid():
        shutil.chown(path, ordinary())
    return path
