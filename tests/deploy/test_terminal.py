"""What a person at a terminal sees: one line of what went wrong, and one Ctrl-C ends a question."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

import pytest

from . import servers, ssh_servers
from .conftest import FIRST, grow
from .proxy import Way, way
from .servers import Server
from .test_servers import _limited, _small

PUBLISH = """
import json, sys
from getpass import getpass
from pathlib import Path
from deploy import Answers, DeployError, Front, Options, me, publish, read_target, setup
site, settings = sys.argv[1:]
try:
    if site:
        front = Front(ask=getpass, tell=print)
        publish(Path(site), read_target("live", json.loads(settings)), Options(me=me()), front)
    else:
        said = json.loads(settings)
        def ask(question, usual):
            return said.get(question.split()[0].rstrip(",")) or input(f"{question}: ") or usual
        setup("live", Answers(ask=ask, secret=getpass, tell=print))
except DeployError as error:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr)
    sys.exit(130)
"""


def command(site: Path | str, settings: dict[str, object]) -> list[str]:
    return [sys.executable, "-c", PUBLISH, str(site), json.dumps(settings)]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of an author without keys, agent, keyring or known hosts."""
    (tmp_path / "home").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(Path(__file__).parents[2] / "plugins"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def told(site: Path, settings: dict[str, object], home: dict[str, str]) -> list[str]:
    """The lines that publishing writes to stderr."""
    done = subprocess.run(
        command(site, settings), env=home, check=False, capture_output=True, text=True
    )
    return done.stderr.splitlines()


@pytest.fixture
def base() -> Iterator[Path]:
    with servers.place() as directory:
        yield directory


def small(base: Path) -> tuple[AbstractContextManager[Server], str]:
    """For root a real server with a small disk, for others a server that says it has one."""
    if os.getuid():
        return _small(base), "RemoteError"
    return ssh_servers.sshd(base, chroot=False), "DiskFullError"


def test_a_full_disk_is_told_in_one_line(base: Path, tmp_path: Path, home: dict[str, str]):
    site = grow(tmp_path / "site", FIRST)
    for number in range(200):
        (site / f"film-{number}.webm").write_bytes(os.urandom(100_000))
    start, kind = small(base)
    with start as server, _limited(server.folder):
        home["DEPLOY_PASSWORD_LIVE"] = server.password
        lines = told(site, server.settings, home)
    assert [line.split(":")[0] for line in lines] == [kind], "\n".join(lines[:40])


@pytest.mark.parametrize("again", [True, False])
def test_a_connection_that_is_cut_is_told_in_one_line_or_not_at_all(
    base: Path, tmp_path: Path, home: dict[str, str], again: bool
):
    site = grow(tmp_path / "site", {f"{number}.html": "x" * 20_000 for number in range(150)})
    with ssh_servers.sshd(base, chroot=False) as server:
        cutting = Way(
            to=int(str(server.settings["port"])), cut_after=2_000_000, only_first=not again
        )
        with way(cutting) as broken:
            lines = told(site, {**server.settings, "port": broken.port}, home)
    assert broken.connections > 1
    assert [line.split(":")[0] for line in lines] == ([] if again else ["UnreachableError"])


SETUP = {"Protocol": "sftp", "Host": "127.0.0.1", "User": "ada", "Folder": "/", "Key": " "}


@pytest.mark.parametrize(
    ("question", "site"),
    [
        ("Protocol", ""),
        ("Is that what the provider says", ""),
        ("Password of ada", ""),
        ("Password of ada", "site"),
        ("Passphrase of", "site"),
    ],
)
def test_one_interrupt_ends_a_question(
    question: str, site: str, base: Path, tmp_path: Path, home: dict[str, str]
):
    with ssh_servers.asyncssh_server(base) if question != "Protocol" else nullcontext() as server:
        known = server.settings if server else {}
        if site:
            settings = {**known, **({"key": str(_key(tmp_path))} if "phrase" in question else {})}
            arguments = command(grow(tmp_path / site, FIRST), settings)
        else:
            said = {**SETUP, "Port": str(known.get("port")), "Is": "yes"}
            arguments = command("", {key: said[key] for key in said if key not in question})
        status, shown = _interrupted(arguments, home, question)
    assert status == 130, shown
    assert shown.endswith("interrupted\n"), shown
    assert "Traceback" not in shown
    assert "never retrieved" not in shown


def _key(place: Path) -> Path:
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "words", "-f", str(place / "id")]
    subprocess.run(made, check=True)
    return place / "id"


def _interrupted(arguments: list[str], home: dict[str, str], question: str) -> tuple[int, str]:
    """How a program on a terminal ends when Ctrl-C is pressed once, at a question."""
    process, terminal = pty.fork()
    if not process:
        os.execve(arguments[0], arguments, home)
    shown, pressed = b"", False
    with suppress(OSError):  # so a terminal tells that nobody has it open any more
        while select.select([terminal], [], [], 15)[0]:
            shown += os.read(terminal, 4096)
            if not pressed and question.encode() in shown:
                _await_reading(process)
                os.write(terminal, b"\x03")
                pressed = True
    os.close(terminal)  # whoever still waits is hung up
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return status, shown.decode().replace("\r\n", "\n")


def _await_reading(process: int) -> None:
    """Wait until a process that has shown its question sleeps for the answer."""
    state = Path(f"/proc/{process}/stat")
    while state.read_text().rpartition(")")[2].split()[0] != "S":
        os.sched_yield()
