"""One FTP connection as servers of today want it: binary, UTF-8, TLS that they can trust."""

from __future__ import annotations

import base64
import ftplib
import hashlib
import socket
import ssl
from collections.abc import Callable

from ..errors import HostKeyError, LoginError, UnreachableError
from ..passwords import Password
from ..targets import Target

_SECONDS = 30.0
"""Without an answer for so long, a connection is lost."""


class Session(ftplib.FTP):
    """FTP that says once, and not before each transfer, that files are binary."""

    _is_binary = False

    def voidcmd(self, cmd: str) -> str:
        """Send a command, unless it says what the server knows."""
        if cmd == "TYPE I" and self._is_binary:
            return "200"
        answer = super().voidcmd(cmd)
        self._is_binary = self._is_binary or cmd == "TYPE I"
        return answer


class SecureSession(Session, ftplib.FTP_TLS):
    """FTP over TLS whose data connections continue the TLS session of the control connection.

    Servers require that (vsftpd's require_ssl_reuse, proftpd's default), since it proves that
    both are of one client; and to us it proves that both are of one server.
    """

    def ntransfercmd(
        self, cmd: str, rest: int | str | None = None
    ) -> tuple[socket.socket, int | None]:
        """Open a data connection."""
        plain, size = super(ftplib.FTP_TLS, self).ntransfercmd(cmd, rest)
        control = self.sock
        assert isinstance(control, ssl.SSLSocket)  # noqa: S101 - no login happens before TLS
        try:
            secure = self.context.wrap_socket(
                plain, server_hostname=self.host, session=control.session
            )
        except BaseException:
            plain.close()
            raise
        same = secure.session_reused or secure.getpeercert(True) == control.getpeercert(True)
        if not same:
            secure.close()
            raise HostKeyError(f"{self.host} is answered for by another server; nothing was sent")
        return secure, size


def open_session(target: Target, password: Callable[[], Password]) -> Session:
    """Connect, see that the server is the right one, log in."""
    session = _made(target)
    try:
        session.connect(target.host, target.port, timeout=_SECONDS)
        if isinstance(session, SecureSession):
            session.auth()
            _check_certificate(target, session)
        _log_in(target, session, password())
    except ssl.SSLCertVerificationError as error:
        session.close()
        raise HostKeyError(
            f"the certificate of {target.host} does not hold: {error.verify_message}; if it is a"
            f" certificate of their own making, --setup shows its fingerprint to compare"
        ) from error
    except (OSError, EOFError, ftplib.Error) as error:
        session.close()
        raise UnreachableError(
            f"{target.host} port {target.port} cannot be reached by {target.protocol}:"
            f" {reason(error)}; check the network, the host and the port"
        ) from error
    except BaseException:
        session.close()
        raise
    return session


def fingerprint(certificate: bytes) -> str:
    """A certificate's SHA-256, written as OpenSSH writes those of keys."""
    digest = base64.b64encode(hashlib.sha256(certificate).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def reason(error: Exception) -> str:
    """What a server or the system says, in one line."""
    said = error.strerror if isinstance(error, OSError) else str(error)
    return (said or str(error) or "the connection was closed").splitlines()[0]


def _made(target: Target) -> Session:
    if target.protocol == "ftp":
        return Session(timeout=_SECONDS, encoding="utf-8")
    context = ssl.create_default_context()
    if target.fingerprint:  # a pinned certificate needs no authority
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return SecureSession(timeout=_SECONDS, encoding="utf-8", context=context)


def _check_certificate(target: Target, session: SecureSession) -> None:
    """Compare with the pinned fingerprint; without one, TLS itself has checked by now."""
    assert isinstance(session.sock, ssl.SSLSocket)  # noqa: S101 - after AUTH TLS
    shown = fingerprint(session.sock.getpeercert(True) or b"")
    if target.fingerprint and shown != target.fingerprint:
        raise HostKeyError(
            f"{target.host} has changed its certificate: it shows {shown}, and the target has"
            f" {target.fingerprint}; somebody may be listening in. Ask the provider, and put the"
            " new fingerprint into publishconf.py only if it is theirs"
        )


def _log_in(target: Target, session: Session, password: Password) -> None:
    try:
        if isinstance(session, SecureSession):
            session.login(target.user, password.text, secure=False)
            session.prot_p()
        else:
            session.login(target.user, password.text)
    except ftplib.error_perm as error:
        raise LoginError(
            f"{target.user} at {target.host} is not let in with {password.source}:"
            f" {reason(error)}; check the user and the password"
        ) from error
