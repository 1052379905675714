"""Real sites, real repositories and real remotes, each in a directory of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from workshop.project import Project

REPOSITORY = Path(__file__).resolve().parents[2]

SETTINGS = """\
AUTHOR = "Ada"
SITENAME = "A site"
SITEURL = "https://blog.example.org"
RELATIVE_URLS = True
PATH = "content"
THEME = "simple"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PLUGIN_PATHS = ["own_plugins"]
PLUGINS = []
FEED_ID_AUTHORITY = "blog.example.org,2009"
FEED_ALL_ATOM = "feeds/all.atom"
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
"""

FOR_THE_WEB = """\
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from pelicanconf import *

RELATIVE_URLS = False
"""

FIRST = "Title: First\nDate: 2020-01-01\n\nThe first post, see [the other]({filename}second.md).\n"
SECOND = "Title: Second\nDate: 2020-01-02\n\nThe second post.\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A site of two posts, with this repository's plugins and tasks, and Pelican's own theme."""
    root = tmp_path / "site"
    write(root, "pelicanconf.py", SETTINGS)
    write(root, "publishconf.py", FOR_THE_WEB)
    write(root, "content/first.md", FIRST)
    write(root, "content/second.md", SECOND)
    write(root, ".gitignore", "/output/\n/.cache/\n")
    (root / "theme").mkdir()
    (root / "plugins").symlink_to(REPOSITORY / "plugins")
    for name in ("tasks.py", "requirements-system.txt"):
        write(root, name, (REPOSITORY / name).read_text())
    return Project(root)


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """git as nobody but this test has set it up; called with a directory and arguments."""
    write(
        tmp_path,
        "gitconfig",
        "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n",
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def run(where: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=where, check=True, capture_output=True, text=True
        )
        return done.stdout

    return run


@pytest.fixture
def remote(project: Project, git: Callable[..., str], tmp_path: Path) -> Path:
    """A bare repository that the site's repository, with one commit on main, has as origin."""
    bare = tmp_path / "remote.git"
    git(tmp_path, "init", "--bare", "--quiet", str(bare))
    git(project.root, "init", "--quiet")
    git(project.root, "add", ".")
    git(project.root, "commit", "--quiet", "-m", "sources")
    git(project.root, "remote", "add", "origin", str(bare))
    git(project.root, "push", "--quiet", "origin", "main")
    return bare


def write(root: Path, name: str, text: str) -> Path:
    """Write a file, and the directories above it."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def eventually(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds, and fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """A directory as a server gives it to readers."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(directory))
    with running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as address:
        yield address


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[str]:
    """It, while it is called; its address."""
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
