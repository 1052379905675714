"""Starts bubblewrap with the arguments that were decided elsewhere."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..errors import SandboxError
from . import seccomp
from .bubblewrap import Invocation, Layout
from .process import Process, Watch, start, unprivileged

_ARGUMENTS_FD, _FILTER_FD = 10, 11
FIRST_FILE_FD = 12
"""From here on the files count that an invocation brings along."""
_PROGRAMS = Watch()
_TOPS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_BOUND = ("/usr", "/etc", "/opt", "/var/lib/dpkg")


def layout(root: Path) -> Layout:
    """What the root file system at ``root`` looks like at its top; it has a file of hosts then.

    Raises SandboxError, with the cure, where it has none and cannot get one.
    """
    _ensure_hosts(root / "etc")
    source = "" if root == Path("/") else str(root)
    links = {
        top: str(Path(f"{source}{top}").readlink())
        for top in _TOPS
        if Path(f"{source}{top}").is_symlink()
    }
    bound = (*_BOUND, *(top for top in _TOPS if top not in links))
    return Layout(
        source=source,
        links=links,
        directories=tuple(path for path in bound if Path(f"{source}{path}").is_dir()),
        etc=frozenset(
            f"/etc/{path.name}" for path in Path(f"{source}/etc").iterdir() if path.is_file()
        ),
    )


def _ensure_hosts(etc: Path) -> None:
    """Without it no name is known, and bubblewrap covers files but adds none to a directory.

    Debian's packages have none. To bind instead each entry of ``etc`` takes a tenth of a second.
    """
    hosts = etc / "hosts"
    if os.path.lexists(hosts):
        return
    complaint = f"there is no {hosts}; make it with 'touch {hosts}'"
    if etc == Path("/etc"):
        raise SandboxError(complaint)
    try:
        before = etc.stat()
        with contextlib.suppress(FileExistsError):  # another of us made it
            hosts.touch(exist_ok=False)
            os.chown(hosts, before.st_uid, before.st_gid)
        os.utime(etc, ns=(before.st_atime_ns, before.st_mtime_ns))  # a session can see that
    except OSError as error:
        raise SandboxError(complaint) from error


def launch(
    told: Invocation,
    descriptors: Mapping[int, int],
    *,
    size: tuple[int, int],
    watch: Watch = _PROGRAMS,
) -> Process:
    """Start bubblewrap; see process.start for what it is given.

    Raises SandboxError where there is none, and OSError as process.start does.
    """
    bwrap = shutil.which("bwrap")
    if not bwrap:
        raise SandboxError("bubblewrap is missing; install it with 'apt install bubblewrap'")
    with contextlib.ExitStack() as ours:
        placed = {fd: _memory_file(ours, data) for fd, data in told.files.items()}
        command_at = told.arguments.index("--")
        arguments = b"\0".join(word.encode() for word in told.arguments[:command_at])
        placed[_ARGUMENTS_FD] = _memory_file(ours, arguments)
        argv = [bwrap, "--args", str(_ARGUMENTS_FD)]
        if seccomp.supported(platform.machine()):
            placed[_FILTER_FD] = _memory_file(ours, seccomp.refusals(platform.machine()))
            argv += ["--seccomp", str(_FILTER_FD)]
        return start(
            (*argv, *told.arguments[command_at:]),
            identity=unprivileged(),
            size=size,
            descriptors={**placed, **descriptors},
            watch=watch,
        )


@contextlib.contextmanager
def shortages_told() -> Iterator[None]:
    """Raises SandboxError, with the cure, where there are no descriptors or processes left."""
    try:
        yield
    except OSError as error:
        raise SandboxError(
            f"the sandbox could not be started: {error.strerror}; end some programs, or raise"
            " the limit that 'ulimit -a' shows"
        ) from error


def cure(said: str) -> str:
    """What bubblewrap's words mean on this system, and what to do."""
    if "uid map" in said or "No space left on device" in said or "Creating new namespace" in said:
        return (
            f"the sandbox could not be started: {said}; this system forbids user namespaces:"
            " allow them with 'sysctl user.max_user_namespaces=15000', or on Ubuntu install the"
            " AppArmor profile bwrap-userns-restrict"
        )
    return f"the sandbox could not be started: {said}"


def _memory_file(stack: contextlib.ExitStack, data: bytes) -> int:
    fd = os.memfd_create("transcripts")
    stack.callback(os.close, fd)
    os.write(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
