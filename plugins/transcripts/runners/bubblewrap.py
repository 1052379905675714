"""The argument list of a sandbox: a pure function of its environment and the host's layout.

Source: bwrap(1) 0.8. The list is given through ``--args``, so that no process list shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model import Environment

WRITABLE = ("/tmp", "/var/tmp", "/run", "/dev/shm")
UID = 1000
_NAMING_THE_AUTHOR = (
    *("/etc/passwd-", "/etc/group-", "/etc/subuid", "/etc/subuid-", "/etc/subgid", "/etc/subgid-"),
    "/etc/machine-id",
)
# No --new-session: the shell gets a session and a terminal of its own inside.
ISOLATION = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"),
    *("--uid", str(UID), "--gid", str(UID)),
)
TERM = "xterm-256color"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the root file system of a sandbox looks like at its top."""

    links: Mapping[str, str]
    """Symbolic links such as ``/bin`` to ``usr/bin``."""
    directories: tuple[str, ...]
    """Directories to bind read-only, such as ``/usr``; of a root of its own, all at its top."""
    etc: frozenset[str]
    """Which files of ``/etc`` there are to cover by the sandbox's own."""
    source: str = ""
    """Where it lies; empty for the author's own system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What bwrap is given: its arguments, and files whose contents stand behind descriptors."""

    arguments: tuple[str, ...]
    files: Mapping[int, bytes]


def home(environment: Environment) -> str:
    """The home directory in the sandbox."""
    return f"/home/{environment.user}"


def invocation(
    environment: Environment,
    layout: Layout,
    inputs: Mapping[str, Path],
    command: tuple[str, ...],
    *,
    first_fd: int,
) -> Invocation:
    """What starts ``command`` in the environment; file descriptors count from ``first_fd``."""
    covers, files = covered(environment, layout, first_fd=first_fd)
    arguments = (
        # As process 1 the supervisor survives "kill -9 -1".
        *("--as-pid-1", *ISOLATION, "--hostname", environment.host),
        *system(layout),
        *("--proc", "/proc", "--dev", "/dev"),
        *covers,
        *given(inputs),
        *writable(environment),
        *_variables(environment),
        *("--chdir", home(environment)),
        "--",
        *command,
    )
    return Invocation(arguments=arguments, files=files)


def system(layout: Layout, at: str = "") -> tuple[str, ...]:
    """Bind a root file system read-only at a directory of the sandbox."""
    words: list[str] = []
    for directory in layout.directories:
        words += ("--ro-bind", f"{layout.source}{directory}", f"{at}{directory}")
    for link, target in layout.links.items():
        words += ("--symlink", target, f"{at}{link}")
    return tuple(words)


def covered(
    environment: Environment,
    layout: Layout,
    at: str = "",
    *,
    first_fd: int,
    names: str = "",
) -> tuple[tuple[str, ...], Mapping[int, bytes]]:
    """Cover the files that name the author or the machine, and the contents to do it with.

    ``names`` are further lines of ``/etc/hosts``.
    """
    files = {path: data for path, data in _files(environment).items() if path in layout.etc}
    if "/etc/hosts" in files:
        files["/etc/hosts"] += names.encode()
    words: list[str] = []
    for fd, path in enumerate(files, start=first_fd):
        words += ("--perms", "0444", "--ro-bind-data", str(fd), f"{at}{path}")
    return tuple(words), dict(enumerate(files.values(), start=first_fd))


def given(inputs: Mapping[str, Path], at: str = "") -> tuple[str, ...]:
    """Bind the inputs read-only under their names."""
    words: list[str] = []
    for name, path in inputs.items():
        words += ("--ro-bind", str(path), f"{at}/inputs/{name}")
    return tuple(words)


def _files(environment: Environment) -> dict[str, bytes]:
    user, host = environment.user, environment.host
    return {
        # Nobody has a password: an "x" would send su(1) to a file that nobody can read.
        "/etc/passwd": (
            f"root:*:0:0:root:/root:/bin/bash\n{user}:*:{UID}:{UID}::/home/{user}:/bin/bash\n"
            "nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
        ).encode(),
        "/etc/group": f"root:x:0:\n{user}:x:{UID}:\nnogroup:x:65534:\n".encode(),
        "/etc/hosts": f"127.0.0.1 localhost {host}\n::1 localhost {host}\n".encode(),
        "/etc/hostname": f"{host}\n".encode(),
        **dict.fromkeys(_NAMING_THE_AUTHOR, b""),
    }


def writable(environment: Environment, others: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A bounded tmpfs for each writable place; all else, ``/`` and ``/dev`` too, read-only."""
    size = ("--size", str(environment.limits.storage))
    words: list[str] = []
    for path in (*WRITABLE, *others):
        words += ("--perms", "1777", *size, "--tmpfs", path)
    words += ("--perms", "0755", *size, "--tmpfs", home(environment))
    return (*words, "--remount-ro", "/dev", "--remount-ro", "/")


def _variables(environment: Environment) -> tuple[str, ...]:
    values = variables(environment, environment.user, home(environment))
    return tuple(word for name, value in values.items() for word in ("--setenv", name, value))


def variables(environment: Environment, user: str, directory: str) -> Mapping[str, str]:
    """What a shell of a user finds in its environment, and nothing else."""
    return {
        "HOME": directory,
        "LANG": environment.locale,
        "LOGNAME": user,
        # A pager would wait for a key that nobody presses.
        "PAGER": "cat",
        "PATH": PATH,
        "SHELL": "/bin/bash",
        "TERM": TERM,
        "TZ": environment.timezone,
        "USER": user,
    }
