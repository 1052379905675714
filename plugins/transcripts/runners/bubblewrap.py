"""The argument list of a sandbox: a pure function of its environment and the host's layout.

Source: bwrap(1) 0.8. The list is given through ``--args``, so that no process list shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Environment

WRITABLE = ("/tmp", "/var/tmp", "/run", "/dev/shm")  # noqa: S108 — inside of the sandbox
UID = 1000
_NAMING_THE_AUTHOR = (
    *("/etc/passwd-", "/etc/group-", "/etc/subuid", "/etc/subuid-", "/etc/subgid", "/etc/subgid-"),
    "/etc/machine-id",
)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the root file system of a sandbox looks like at its top."""

    links: Mapping[str, str]
    """Symbolic links such as ``/bin`` to ``usr/bin``."""
    directories: tuple[str, ...]
    """Directories to bind read-only, such as ``/usr``."""
    etc: frozenset[str]
    """Which files of ``/etc`` there are to cover by the sandbox's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What bwrap is given: its arguments, and files whose contents stand behind descriptors."""

    arguments: tuple[str, ...]
    files: Mapping[int, bytes]


def home(environment: Environment) -> str:
    """The home directory in the sandbox."""
    return f"/home/{environment.user}"


def invocation(
    environment: Environment, layout: Layout, command: tuple[str, ...], *, first_fd: int
) -> Invocation:
    """What starts ``command`` in the environment; file descriptors count from ``first_fd``."""
    files = {path: data for path, data in _files(environment).items() if path in layout.etc}
    descriptors = dict(zip(files, range(first_fd, first_fd + len(files)), strict=True))
    arguments = (
        *_isolation(environment),
        *_system(layout),
        *(
            word
            for path, fd in descriptors.items()
            for word in ("--perms", "0444", "--ro-bind-data", str(fd), path)
        ),
        *_writable(environment),
        *_variables(environment),
        *("--chdir", home(environment)),
        "--",
        *command,
    )
    return Invocation(
        arguments=arguments, files={fd: files[path] for path, fd in descriptors.items()}
    )


def _isolation(environment: Environment) -> tuple[str, ...]:
    # No --new-session: the shell gets a session and a terminal of its own inside. As process 1
    # the supervisor survives "kill -9 -1".
    return (
        *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"),
        "--as-pid-1",
        *("--uid", str(UID), "--gid", str(UID), "--hostname", environment.host),
    )


def _system(layout: Layout) -> tuple[str, ...]:
    words: list[str] = []
    for directory in layout.directories:
        words += ("--ro-bind", directory, directory)
    for link, target in layout.links.items():
        words += ("--symlink", target, link)
    return (*words, "--proc", "/proc", "--dev", "/dev")


def _files(environment: Environment) -> dict[str, bytes]:
    user, host = environment.user, environment.host
    return {
        "/etc/passwd": (
            f"root:x:0:0:root:/root:/bin/bash\n{user}:x:{UID}:{UID}::/home/{user}:/bin/bash\n"
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
        ).encode(),
        "/etc/group": f"root:x:0:\n{user}:x:{UID}:\nnogroup:x:65534:\n".encode(),
        "/etc/hosts": f"127.0.0.1 localhost {host}\n::1 localhost {host}\n".encode(),
        "/etc/hostname": f"{host}\n".encode(),
        **dict.fromkeys(_NAMING_THE_AUTHOR, b""),
    }


def _writable(environment: Environment) -> tuple[str, ...]:
    """A bounded tmpfs for each writable place; all else, ``/`` and ``/dev`` too, read-only."""
    size = ("--size", str(environment.limits.storage))
    words: list[str] = []
    for path in WRITABLE:
        words += ("--perms", "1777", *size, "--tmpfs", path)
    words += ("--perms", "0755", *size, "--tmpfs", home(environment))
    return (*words, "--remount-ro", "/dev", "--remount-ro", "/")


def _variables(environment: Environment) -> tuple[str, ...]:
    values = {
        "HOME": home(environment),
        "LANG": environment.locale,
        "LOGNAME": environment.user,
        # A pager would wait for a key that nobody presses.
        "PAGER": "cat",
        "PATH": PATH,
        "SHELL": "/bin/bash",
        "TERM": "xterm-256color",
        "TZ": environment.timezone,
        "USER": environment.user,
    }
    return tuple(word for name, value in values.items() for word in ("--setenv", name, value))
