"""Starts one program on a terminal of its own, and watches it, without a thread."""

from __future__ import annotations

import array
import asyncio
import contextlib
import ctypes
import fcntl
import os
import platform
import pwd
import select
import signal
import socket
import struct
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import seccomp

_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
# struct seccomp_notif and seccomp_notif_resp of linux/seccomp.h, and their ioctls.
_NOTIFICATION = struct.Struct("=QIIiIQ6Q")
_RESPONSE = struct.Struct("=QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1
_PATH_MAX = 1024
_MOST_PROGRAMS = 2000
"""Provenance wants names of packages, and a post may start other names without end."""
_ABOVE_ALL_NUMBERS = 256
"""No descriptor is given a number as high."""
_MACHINE = platform.machine()

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom the sandbox is started as; never user 0."""

    uid: int
    gid: int


def unprivileged() -> Identity:
    """The author, or where the author is root, the one who called sudo, or ``nobody``.

    Started by user 0, bubblewrap would leave the host's /proc/sys writable inside, and limits
    on processes would not hold.
    """
    if os.getuid() != 0:
        return Identity(uid=os.getuid(), gid=os.getgid())
    sudo = int(os.environ.get("SUDO_UID", "0"))
    entry = pwd.getpwuid(sudo) if sudo else pwd.getpwnam("nobody")
    return Identity(uid=entry.pw_uid, gid=entry.pw_gid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the kernel shall tell of a program: which calls, with paths that begin how."""

    calls: seccomp.Calls = seccomp.Calls.EXECS
    paths: tuple[str, ...] = ("/",)


class Process:
    """A started program: its terminal's other end, its death, and what the kernel told of it."""

    def __init__(self, pid: int, master: int, listener: int | None, watch: Watch) -> None:
        self.pid = pid
        self.master = master
        self.programs: set[str] = set()
        """Paths of the programs that were executed, or of the files that were read."""
        self._watch = watch
        self.ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._pidfd = os.pidfd_open(pid)
        self._loop.add_reader(self._pidfd, self._reap)
        if listener is not None:
            self._loop.add_reader(listener, self._notified)

    async def close(self) -> None:
        """End the program, and with it all in its process namespace; a second call does nothing."""
        if not self.ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                # The whole group: one that is killed while it starts leaves a child behind.
                os.killpg(self.pid, signal.SIGKILL)
        await self.ended.wait()
        if self.master >= 0:
            # Else the loop takes the next descriptor of this number for the one that is gone.
            self._loop.remove_reader(self.master)
            os.close(self.master)
            self.master = -1

    def descendants(self) -> list[int]:
        """Its processes, itself first, as the host counts them."""
        found = [self.pid]
        for parent in found:
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found += map(int, children.read_text().split())
        return found

    def kill_group(self, group: int) -> None:
        """Kill a process group within the program; any other number does nothing."""
        if group > 1 and group != self.pid and group in map(_group, self.descendants()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)

    def _reap(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        os.waitpid(self.pid, 0)
        self._stop_listening()
        self.ended.set()

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            os.close(self._listener)
            self._listener = None

    def _notified(self) -> None:
        """Note which program is about to start, and let the kernel go on."""
        if self._listener is None:
            return
        buffer = bytearray(_NOTIFICATION.size)
        try:
            fcntl.ioctl(self._listener, _RECEIVE, buffer)
        except FileNotFoundError:  # the caller was killed while it waited for us
            if _hung_up(self._listener):
                self._stop_listening()
            return
        except OSError:
            self._stop_listening()  # nobody is left who could call
            return
        identifier, pid, _flags, number, _arch, _ip, *arguments = _NOTIFICATION.unpack(buffer)
        index = seccomp.path_argument(_MACHINE, number)
        path = _string_in(pid, arguments[index])
        if self._watch.calls is seccomp.Calls.OPENS:
            path = str(_directory(pid, arguments[0]) / path)
        if path.startswith(self._watch.paths) and len(self.programs) < _MOST_PROGRAMS:
            self.programs.add(path)
        with contextlib.suppress(FileNotFoundError):
            fcntl.ioctl(self._listener, _SEND, _RESPONSE.pack(identifier, 0, 0, _CONTINUE))


def _hung_up(fd: int) -> bool:
    """Whether nobody is left at the other end."""
    poll = select.poll()
    poll.register(fd, 0)
    return bool(poll.poll(0))


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _directory(pid: int, fd: int) -> Path:
    """Where a descriptor of another process leads, as that process sees it."""
    try:
        return Path(f"/proc/{pid}/fd/{fd}").readlink()
    except OSError:
        return Path()


def _string_in(pid: int, address: int) -> str:
    """A path in another process's memory; a racing process can only spoil its own provenance."""
    try:
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.fsdecode(os.pread(memory, _PATH_MAX, address).split(b"\0", 1)[0])
    except (OSError, OverflowError):
        return ""
    finally:
        os.close(memory)


def start(
    argv: tuple[str, ...],
    *,
    identity: Identity,
    size: tuple[int, int],
    descriptors: Mapping[int, int],
    watch: Watch,
) -> Process:
    """Start ``argv`` with an empty environment on a new terminal of ``size`` (rows, columns).

    ``descriptors`` says which of our descriptors it gets under which number. Raises OSError
    where there are no processes or terminals left.
    """
    master, terminal = open_terminal(size)
    ours, theirs = socket.socketpair()
    try:
        for fd in (terminal, *descriptors.values()):
            # So that it can be opened again by name, as /dev/stdout and /dev/fd/N are.
            os.fchown(fd, identity.uid, identity.gid)
        pid = os.fork()
        if pid == 0:
            placed = {**descriptors, 0: terminal, 1: terminal, 2: terminal}
            _become(argv, identity, placed, watch.calls, theirs)
        theirs.close()
        listener = _received(ours)
    except BaseException:
        os.close(master)
        raise
    finally:
        os.close(terminal)
        ours.close()
        theirs.close()
    return Process(pid, master, listener, watch)


def open_terminal(size: tuple[int, int]) -> tuple[int, int]:
    """A new terminal of ``size`` (rows, columns): our end, non-blocking, and the program's."""
    master, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    os.set_blocking(master, False)
    return master, terminal


def _become(
    argv: tuple[str, ...],
    identity: Identity,
    descriptors: Mapping[int, int],
    calls: seccomp.Calls,
    parent: socket.socket,
) -> None:
    """In the child: shed privileges, install the filter, become the program. Never returns."""
    try:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGQUIT, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(identity.gid, identity.gid, identity.gid)
            os.setresuid(identity.uid, identity.uid, identity.uid)
        os.chdir("/")
        announced = socket.socket(fileno=_out_of_the_way(parent.fileno()))
        _place(descriptors)
        _announce(calls, announced)
        os.execve(argv[0], argv, {})  # noqa: S606 — an argument list, no shell
    except OSError as error:
        os.write(2, str(error).encode())
    finally:
        os._exit(127)


def _place(descriptors: Mapping[int, int]) -> None:
    """Give each descriptor its number; first out of the way, so that none covers another.

    Of all others none stays open: one that the author's shell left us could lead outside.
    """
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the one that lists them is closed by now
            os.set_inheritable(int(entry.name), False)
    moved = {number: _out_of_the_way(fd) for number, fd in descriptors.items()}
    for number, fd in moved.items():
        os.dup2(fd, number, inheritable=True)


def _out_of_the_way(fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _ABOVE_ALL_NUMBERS)


def _announce(calls: seccomp.Calls, parent: socket.socket) -> None:
    """Ask the kernel to tell the parent of such calls from here on; without it, say so."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    fd = -1
    if seccomp.supported(_MACHINE):
        program = seccomp.notices(_MACHINE, calls)
        code = ctypes.create_string_buffer(program, len(program))
        filter_ = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
        number = seccomp.seccomp_number(_MACHINE)
        fd = _libc.syscall(number, _SET_MODE_FILTER, _NEW_LISTENER, filter_)
    if fd >= 0:
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))
        parent.sendmsg([b"+"], [rights])
        os.close(fd)


def _received(ours: socket.socket) -> int | None:
    """The child's listener, or None where the kernel gave it none."""
    message, rights, _flags, _address = ours.recvmsg(1, socket.CMSG_SPACE(4))
    if not message or not rights:
        return None
    return int(array.array("i", rights[0][2][:4])[0])
