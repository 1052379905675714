"""Starts shells and commands on hosts, without a sandbox for each: it enters one and executes.

It is process 1 of what a session sees, so that all processes end with it, and only it may enter
namespaces. What it starts has no capability; root of a host has those over its own network.
"""

from __future__ import annotations

import array
import base64
import contextlib
import errno
import fcntl
import json
import os
import resource
import selectors
import signal
import socket
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import kernel
from .probe import probe

HOMES = "/.hosts"
_OF_NONE = ".none"
_SAFELY = kernel.READ_ONLY | kernel.NO_SUID | kernel.NO_DEVICES
_NET_BIND_SERVICE, _NET_ADMIN, _NET_RAW = 10, 12, 13
_ROOT_OF_A_HOST = frozenset({_NET_BIND_SERVICE, _NET_ADMIN, _NET_RAW})
_BASH = ("bash", "--noprofile", "--norc")
_COMMANDS_FD = 9
_DEFAULT_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process finds wherever it starts."""

    user: Mapping[str, str]
    """The environment's variables, for the user and for root."""
    root: Mapping[str, str]
    uid: int
    limits: Mapping[str, int]
    places: Mapping[str, str]
    """Where each host has something of its own, and what that is called in its directory."""
    output: int
    """Bytes kept of what a group prints."""


@dataclass(slots=True)
class _Group:
    """A command that runs on several hosts at once."""

    answer: int
    deadline: float
    limit: int
    running: dict[int, str] = field(default_factory=dict)
    outputs: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)


class Spawner:
    """See the module; its loop ends when nobody is at the other end of the line."""

    def __init__(
        self, plan: Plan, line: socket.socket, pulse: socket.socket, hosts: Mapping[str, int]
    ) -> None:
        self._plan = plan
        self._line = line
        self._pulse = pulse
        self._hosts = hosts
        self._shells: dict[int, tuple[int, str]] = {}
        self._group: _Group | None = None
        self._user = self._user_namespace()
        self._doing: Mapping[str, Callable[..., None]] = {
            "shell": self._shell,
            "group": self._begin,
            "stop": self._stop,
            "measure": self._measure,
        }

    def loop(self) -> None:
        """Do what is asked for, until nobody asks any more."""
        os.setsid()
        kernel.stand_back()
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        os.set_blocking(reader, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        watch = selectors.DefaultSelector()
        watch.register(self._line, selectors.EVENT_READ)
        watch.register(reader, selectors.EVENT_READ)
        self._tell("ready")
        while True:
            for key, _ in watch.select(self._patience()):
                if key.fd == reader:
                    with contextlib.suppress(BlockingIOError):
                        os.read(reader, 4096)
                elif not self._obey():
                    return
            self._reap()
            self._overdue()

    # --- The line -----------------------------------------------------------------------

    def _obey(self) -> bool:
        message, rights, _flags, _address = self._line.recvmsg(1 << 18, socket.CMSG_SPACE(16))
        if not message:
            return False
        fds = array.array("i")
        for _level, _type, data in rights:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
        told = json.loads(message)
        for fd in fds:
            os.set_inheritable(fd, False)
        try:
            self._doing[told.pop("do")](*fds, **told)
        except OSError as error:
            self._tell("failed", str(error))
        return True

    def _tell(self, word: str, said: str = "") -> None:
        self._line.send(json.dumps([word, said]).encode())

    # --- Shells -------------------------------------------------------------------------

    def _shell(self, terminal: int, commands: int, host: str, root: bool, death: str) -> None:
        """Start a shell on a terminal; when it dies, that shows ``death``."""
        self._furnish(host)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            kernel.stand_back()
            self._become(
                host, root, {0: terminal, 1: terminal, 2: terminal, _COMMANDS_FD: commands}
            )
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            self._execute(("-i", f"/dev/fd/{_COMMANDS_FD}"), root)
        os.close(commands)
        self._shells[pid] = (terminal, death)
        self._tell("done")

    # --- Groups -------------------------------------------------------------------------

    def _begin(
        self, answer: int, hosts: Sequence[str], root: bool, text: str, timeout: float
    ) -> None:
        """Run a command on each of the hosts; what came of it is written to ``answer``."""
        group = _Group(
            answer, time.monotonic() + timeout, max(4096, self._plan.output // len(hosts))
        )
        self._group = group
        null = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        for host in hosts:
            self._furnish(host)
            name = f"{HOMES}/.{host}"
            output = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            Path(name).unlink()
            group.outputs[host] = output
            pid = os.fork()
            if pid == 0:
                os.setpgid(0, 0)
                self._become(host, root, {0: null, 1: output, 2: output})
                self._execute(("-c", text), root)
            group.running[pid] = host
        os.close(null)
        group.deadline = time.monotonic() + timeout  # not before all have started

    def _stop(self) -> None:
        """End the command of the group."""
        if self._group:
            self._group.deadline = 0

    def _patience(self) -> float | None:
        return max(0, self._group.deadline - time.monotonic()) if self._group else None

    def _overdue(self) -> None:
        """End what of a group takes too long; what it has put in the background ends with it."""
        group = self._group
        if not group or time.monotonic() < group.deadline:
            return
        group.deadline = time.monotonic() + 1
        group.late = sorted(group.running.values()) if not group.late else group.late
        for pid in group.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def _finished(self, group: _Group) -> None:
        hosts = {}
        for host, output in group.outputs.items():
            size = os.fstat(output).st_size
            data = os.pread(output, group.limit, 0)
            hosts[host] = [
                group.statuses[host],
                base64.b64encode(data).decode(),
                size > group.limit,
            ]
            os.close(output)
        with os.fdopen(group.answer, "w", encoding="utf-8") as answer:
            json.dump({"hosts": hosts, "late": group.late}, answer)
        self._group = None
        self._tell("done")

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            code = os.waitstatus_to_exitcode(status)
            self._ended(pid, code if code >= 0 else 128 - code)

    def _ended(self, pid: int, status: int) -> None:
        if pid in self._shells:
            terminal, death = self._shells.pop(pid)
            with contextlib.suppress(OSError):
                os.write(terminal, death.replace("%s", str(status)).encode())
            os.close(terminal)
        elif self._group and pid in self._group.running:
            group = self._group
            group.statuses[group.running.pop(pid)] = status
            if not group.running:
                self._finished(group)

    # --- What a process becomes ---------------------------------------------------------

    def _furnish(self, host: str) -> None:
        """What a host has of its own, empty at first."""
        top = Path(HOMES, host or _OF_NONE)
        if top.exists():
            return
        top.mkdir()
        (top / "hostname").write_text(f"{host or socket.gethostname()}\n")
        for name in self._plan.places.values():
            (top / name).mkdir()
            (top / name).chmod(0o755 if name in ("home", "root") else 0o1777)

    def _become(self, host: str, root: bool, descriptors: Mapping[int, int]) -> None:
        """In the child: enter the host, with nothing but these descriptors. Ends where it fails."""
        try:
            kernel.unshare(kernel.NEW_MOUNTS | kernel.NEW_UTS)
            with contextlib.suppress(FileNotFoundError):  # where a root has no such file
                name = f"{HOMES}/{host or _OF_NONE}/hostname"
                kernel.mount(name, "/etc/hostname", "", kernel.BIND)
                kernel.mount("", "/etc/hostname", "", kernel.BIND | kernel.REMOUNT | _SAFELY)
            if host:
                self._enter(host)
            kernel.unmount(HOMES)
            for kind, most in self._plan.limits.items():
                resource.setrlimit(getattr(resource, kind), (most, most))
            if not root:
                kernel.enter(self._user, kernel.NEW_USER)
            kernel.keep_capabilities(_ROOT_OF_A_HOST if root and host else frozenset())
            _place(descriptors)
            # Not before: those that we hold of many hosts count more than this allows.
            files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, files), files))
            signal.set_wakeup_fd(-1)
            for number in _DEFAULT_SIGNALS:
                signal.signal(number, signal.SIG_DFL)
        except OSError as error:
            _give_up(error, descriptors[2])

    def _enter(self, host: str) -> None:
        kernel.enter(self._hosts[host], kernel.NEW_NET)
        kernel.host_name(host)
        for place, name in self._plan.places.items():
            kernel.mount(f"{HOMES}/{host}/{name}", place, "", kernel.BIND)

    def _execute(self, arguments: tuple[str, ...], root: bool) -> None:
        variables = self._plan.root if root else self._plan.user
        try:
            os.chdir(variables["HOME"])
            os.execve("/bin/bash", (*_BASH, *arguments), {**variables, "SHLVL": "0"})  # noqa: S606
        except OSError as error:
            _give_up(error, 2)

    def _user_namespace(self) -> int:
        """Where the ordinary user is at home: nobody in it has a capability over a host."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._make_user(theirs)
        theirs.close()
        said = ours.recv(4096).decode()
        if said != "made":
            raise OSError(errno.EPERM, said)
        fd = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        ours.close()
        os.waitpid(pid, 0)
        # This one is counted, and no other may be made.
        Path("/proc/sys/user/max_user_namespaces").write_text("1")
        return fd

    def _make_user(self, parent: socket.socket) -> None:
        """In a child: be that user until the parent has seen it."""
        try:
            kernel.unshare(kernel.NEW_USER)
            for name in ("uid_map", "gid_map"):
                Path(f"/proc/self/{name}").write_text(f"{self._plan.uid} 0 1")
            parent.send(b"made")
            parent.recv(1)
        except OSError as error:
            parent.send(f"{error}".encode())
        finally:
            os._exit(0)

    # --- At the end ---------------------------------------------------------------------

    def _measure(self, answer: int, samples: Sequence[Mapping[str, Any]]) -> None:
        """End all that runs, and measure what links do and whether the machine kept up."""
        self._pulse.send(b"?")
        told = json.loads(self._pulse.recv(4096))
        os.kill(-1, signal.SIGKILL)
        self._reap()
        links = probe(self._hosts, samples)
        with os.fdopen(answer, "w", encoding="utf-8") as file:
            json.dump({"pulse": told, "links": links}, file)
        self._tell("done")


def _place(descriptors: Mapping[int, int]) -> None:
    """Give each descriptor its number; all others are closed when the program starts."""
    moved = {
        number: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100) for number, fd in descriptors.items()
    }
    for number, fd in moved.items():
        os.dup2(fd, number, inheritable=True)


def _give_up(error: OSError, told: int) -> None:
    """In a child that could not become what it should."""
    with contextlib.suppress(OSError):
        os.write(told, f"{error.strerror}\r\n".encode())
    os._exit(126)
