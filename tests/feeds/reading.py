"""Starts programs that people read feeds with, and returns what they show."""

import email
import email.policy
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import Any, Self

import pyte

READERS = Path(__file__).parent / "readers"
ROWS, COLUMNS, PATIENCE = 300, 120, 60

MAIL = """\
[DEFAULT]
from = blog@example.org
to = reader@example.org
email-protocol = sendmail
sendmail = {sendmail}
html-mail = False
[feed.blog]
url = {url}
"""


def newsboat(feed: Path, home: Path) -> str:
    """Return the first entry of the feed as newsboat shows it on a terminal."""
    (home / "urls").write_text(f"file://{feed}\n")
    (home / "config").write_text(f"text-width {COLUMNS - 10}\n")
    paths = {"-u": "urls", "-c": "cache.db", "-C": "config"}
    options = [word for key, name in paths.items() for word in (key, str(home / name))]
    # Fetched before: "-r" was seen to show the feed without its articles.
    _run(["newsboat", *options, "-x", "reload"], home=home)
    with _Terminal(["newsboat", *options], home) as terminal:
        terminal.wait_for("1/1)")
        terminal.type("\r", then="Articles in feed")
        terminal.type("\r", then="Link: ")
        return terminal.text()


class _Terminal:
    """A program on a terminal that is tall enough for all that it shows."""

    def __init__(self, argv: list[str], home: Path) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._leader = leader
        self._process = subprocess.Popen(
            argv,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
            env=_environment(home) | {"TERM": "linux"},
        )
        os.close(follower)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._leader)

    def type(self, keys: str, *, then: str) -> None:
        os.write(self._leader, keys.encode())
        self.wait_for(then)

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + PATIENCE
        while text not in self.text():
            ready, _, _ = select.select([self._leader], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} did not come: {self.text()}"
            self._stream.feed(os.read(self._leader, 65536))

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)


def rss2email(url: str, home: Path) -> Any:
    """Return the mail that rss2email makes of the feed's only entry."""
    box, sendmail, config = home / "mail", home / "sendmail", home / "r2e.cfg"
    sendmail.write_text(f"#!/bin/sh\ncat >> '{box}'\n")
    sendmail.chmod(0o755)
    config.write_text(MAIL.format(sendmail=sendmail, url=url))
    _run(["r2e", "-c", str(config), "-d", str(home / "r2e.json"), "run"], home=home)
    return email.message_from_bytes(box.read_bytes(), policy=email.policy.default)


def simplepie(feed: Path, home: Path) -> Any:
    """Return the feed as SimplePie reads it."""
    return json.loads(_run(["php", str(READERS / "simplepie.php"), str(feed)], home=home))


def planet(html: str, home: Path) -> str:
    """Return an entry's HTML as a strict planet shows it."""
    # Debian's Python has the sanitiser; ours has nothing but what the site needs.
    return _run(["/usr/bin/python3", str(READERS / "planet.py")], home=home, given=html)


def lynx(html: str, home: Path) -> str:
    """Return HTML as the text browser shows it."""
    options = ["-dump", "-nolist", f"-width={COLUMNS}", "-assume_charset=utf-8", "-stdin"]
    return _run(["lynx", *options], home=home, given=html)


def _run(argv: list[str], *, home: Path, given: str | None = None) -> str:
    done = subprocess.run(
        argv, input=given, text=True, capture_output=True, check=False, env=_environment(home)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
