"""Asks a server for the key or certificate that it shows, and sends it nothing secret."""

from __future__ import annotations

import asyncio
import ftplib
import ssl

import asyncssh

from .errors import UnreachableError
from .targets import Target

_SECONDS = 20.0


async def shown(target: Target) -> str:
    """The fingerprint that a person has to confirm; empty where there is nothing to confirm.

    That is so for a host that the user knows already (``~/.ssh/known_hosts``), for a certificate
    that an authority vouches for, for plain FTP and for this machine.
    """
    if target.protocol == "sftp":
        return await _host_key(target)
    if target.protocol == "ftps":
        return await asyncio.to_thread(_certificate, target)
    return ""


async def _host_key(target: Target) -> str:
    from .transports import hostkeys

    try:
        key = await asyncio.wait_for(
            asyncssh.get_server_host_key(target.host, target.port, config=None), _SECONDS
        )
    except (OSError, asyncssh.Error, TimeoutError) as error:
        raise _unreachable(target, error) from error
    if key is None:
        raise _unreachable(target, ValueError("it shows no host key"))
    return "" if hostkeys.is_known(target, key) else key.get_fingerprint("sha256")


def _certificate(target: Target) -> str:
    from .transports.ftp_session import fingerprint

    try:
        if _vouched_for(target):
            return ""
        return fingerprint(_handshake(target, ssl._create_unverified_context()))  # noqa: S323, SLF001 - it is shown to a person
    except (OSError, EOFError, ftplib.Error) as error:
        raise _unreachable(target, error) from error


def _vouched_for(target: Target) -> bool:
    try:
        _handshake(target, ssl.create_default_context())
    except ssl.SSLCertVerificationError:
        return False
    return True


def _handshake(target: Target, context: ssl.SSLContext) -> bytes:
    with ftplib.FTP_TLS(timeout=_SECONDS, context=context) as session:  # noqa: S321 - with TLS
        session.connect(target.host, target.port)
        session.auth()
        secure = session.sock
        return (isinstance(secure, ssl.SSLSocket) and secure.getpeercert(True)) or b""


def _unreachable(target: Target, error: Exception) -> UnreachableError:
    return UnreachableError(
        f"{target.host} port {target.port} cannot be reached: {str(error) or 'no answer'};"
        " check the network, the host and the port"
    )
