"""What other code calls: publish, roll back, set up. Each opens and closes its own connection."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from . import introduction
from .introduction import Answers
from .lock import Holder
from .loop import Loop
from .options import Options
from .publishing import Report
from .remote import Front, Remote
from .targets import Target

__all__ = ["Answers", "Front", "has_ended", "me", "publish", "rollback", "setup"]


def publish(site: Path, target: Target, options: Options, front: Front) -> Report:
    """Make the target hold the directory SITE; with `dry_run` only say what would change."""
    with closing(Remote(target, front)) as remote:
        return remote.publish(site, options)


def rollback(target: Target, options: Options, front: Front) -> Report:
    """Make the target hold the build that it held before."""
    with closing(Remote(target, front)) as remote:
        return remote.rollback(options)


def setup(name: str, answers: Answers) -> str:
    """Ask for a target, try it, and return the settings to put into ``publishconf.py``."""
    with closing(Loop()) as loop:
        ask, secret = loop.interruptible(answers.ask), loop.interruptible(answers.secret)
        return loop.run(introduction.setup(name, replace(answers, ask=ask, secret=secret)))


def me() -> Holder:
    """Who publishes."""
    return Holder(
        user=_user(),
        host=socket.gethostname(),
        pid=os.getpid(),
        since=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        token=secrets.token_hex(16),
    )


def _user() -> str:
    with suppress(KeyError, OSError):  # a container may run as a number that has no name
        name = getpass.getuser()
        if name.isprintable():
            return name
    return f"uid {os.getuid()}"


def has_ended(holder: Holder) -> bool:
    """Whether a publish of this user on this machine has ended; of others nothing is known."""
    here = me()
    if (holder.user, holder.host) != (here.user, here.host):
        return False
    with suppress(PermissionError):
        try:
            os.kill(holder.pid, 0)
        except ProcessLookupError:
            return True
    return False
