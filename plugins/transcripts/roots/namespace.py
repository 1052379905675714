"""Runs programs as root of a user namespace, which an ordinary user may, given subordinate ids."""

from __future__ import annotations

import os

_UNSHARED = ("unshare", "--mount", "--pid", "--fork", "--kill-child")


def unshared(*argv: str) -> tuple[str, ...]:
    """The arguments that run a program as root, of its own mounts and processes at least.

    For an ordinary user it is root of a user namespace. There the author's own files belong to
    root, so that nothing depends on the mode of the author's home, and other owners are among
    the author's subordinate ids.
    """
    users = () if os.getuid() == 0 else ("--user", "--map-root-user", "--map-auto")
    return (*_UNSHARED, *users, "--", *argv)
