"""A site in a directory of its own, and the engine's command line in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from transcripts.__main__ import main

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS = 'PATH = "content"\n'
FRONT = "Title: A post\nDate: 2009-03-08\n\n"
PATIENCE = 60.0
CONFINED = Path(__file__).with_name("confined.py")
ENGINE = (sys.executable, "-m", "transcripts")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command of the engine did."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def sessions(self) -> list[str]:
        """The sessions that ran, from the lines of the progress log, in order of name."""
        return sorted(re.findall(r"^\[\d+/\d+\] (.*?):", self.err, re.MULTILINE))


class Site:
    """A site with settings and posts, worked on by the engine."""

    def __init__(self, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capfd = capfd
        self._started: list[subprocess.Popen[str]] = []
        self.write("pelicanconf.py", SETTINGS)
        (root / "content").mkdir()

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def post(self, *blocks: str, name: str = "post") -> Path:
        """A post of console blocks, each with its info string's end on the first line."""
        fenced = (f"```console run{block}\n```\n" for block in blocks)
        return self.write(f"content/{name}.md", FRONT + "\n".join(fenced))

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, text
        self.write(path, text.replace(old, new))

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def exists(self, path: str) -> bool:
        return (self.root / path).exists()

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.root / "content").iterdir())

    def run(self, *arguments: str) -> Done:
        """Do what the command line does, in this process."""
        self._capfd.readouterr()
        status = main(arguments)
        return Done(status, *self._capfd.readouterr())

    def start(self, *arguments: str, **how: object) -> subprocess.Popen[str]:
        """Start the command line as a process, in a process group of its own."""
        process: subprocess.Popen[str] = subprocess.Popen(  # type: ignore[call-overload]  # options
            **{
                # As from a person's shell: pytest's workers, say, ignore the signal.
                "args": ["env", "--default-signal=INT,HUP", *ENGINE, *arguments],
                "cwd": self.root,
                "env": {**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")},
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                "text": True,
                "start_new_session": True,
                **how,
            },
        )
        self._started.append(process)
        return process

    def end(self) -> None:
        """Kill what a test that failed has left running."""
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()

    def call(self, *arguments: str, **how: object) -> Done:
        """Do what the command line does, in a process of its own."""
        process = self.start(*arguments, **how)
        out, err = process.communicate(timeout=PATIENCE)
        return Done(process.returncode, out or "", err or "")

    def confined(self, *words: str) -> Done:
        """Do what the command line does, in the world that the words describe."""
        process = self.start(args=[sys.executable, str(CONFINED), *words])
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode != 99, "this machine allows no user namespaces"
        return Done(process.returncode, out, err)


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    site = Site(tmp_path, capfd)
    yield site
    site.end()


def eventually(holds: Callable[[], object]) -> None:
    """Wait until something holds, and fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def running(token: str) -> bool:
    """Whether a process of this machine has the word on its command line."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if token.encode() in line.read_bytes():
                return True
        except OSError:
            continue
    return False
