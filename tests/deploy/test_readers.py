"""Somebody reads the site while it is published, again and again, and never meets a broken link."""

from __future__ import annotations

import asyncio
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from deploy.publishing import publish
from deploy.transports.local import Local

from .conftest import grow, options

PUBLISHES, READS = 20, 10_000
_LINK = re.compile(rb'(?:href|src)="([^"]+)"')
END = b"<!-- whole -->"


def build(folder: Path, number: int) -> Path:
    """A site in which each edition has new pages, lacks old ones, and renames its stylesheet."""
    posts = range(number, number + 8)
    style = f"theme/style-{number}.css"
    head = f'<link href="/{style}">'
    links = "".join(f'<a href="/posts/{post}.html">{post}</a>' for post in posts)
    page = f"{head}{links}<a href='/'></a>{'padding ' * 500}edition {number}{END.decode()}"
    tree = {f"posts/{post}.html": f"post {post} {page}" for post in posts}
    tree |= {"index.html": page, style: f"/* {number} */{END.decode()}"}
    tree |= {"feeds/all.atom": f"{links}{number}{END.decode()}", "archives.html": page}
    return grow(folder, tree)


class Reader:
    """Follows links from the front page, page after page, and notes what is broken."""

    def __init__(self, get: Get) -> None:
        self.get, self.reads, self.rounds = get, 0, 0
        self.broken: list[str] = []
        self.stopped = threading.Event()

    def go_on(self) -> None:
        while not self.stopped.is_set():
            self.round()

    def round(self) -> None:
        front = self.read("index.html", "the front page")
        for path in self.links(front):
            for further in self.links(self.read(path, "the front page")):
                self.read(further, path)
        for path in self.links(self.read("feeds/all.atom", "its address")):
            self.read(path, "the feed")
        self.rounds += 1

    def read(self, path: str, whence: str) -> bytes:
        self.reads += 1
        data = self.get(path)
        if data is None:
            self.broken.append(f"{path} from {whence}: not found")
        elif not data.endswith(END):
            self.broken.append(f"{path} from {whence}: half a file")
        return data or b""

    @staticmethod
    def links(page: bytes) -> list[str]:
        return [link.decode().lstrip("/") for link in _LINK.findall(page)]


class Get:
    """A file of the target, as a server reads it."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __call__(self, path: str) -> bytes | None:
        try:
            return (self.target / path).read_bytes()
        except FileNotFoundError:
            return None


class GetByHttp(Get):
    """A file of the target, from a web server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, path: str) -> bytes | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}") as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            error.close()
            return None


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(target: Path) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(target))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    thread = threading.Thread(target=reader.go_on)
    thread.start()
    try:
        yield
    finally:
        reader.stopped.set()
        thread.join()


def test_readers_never_meet_a_broken_link_or_half_a_file(tmp_path: Path, target: Path):
    asyncio.run(publish(Local(target), build(tmp_path / "0", 0), options()))
    with served(target) as port:
        readers = [Reader(Get(target)), Reader(GetByHttp(port))]
        with reading(readers[0]), reading(readers[1]):
            for number in range(1, PUBLISHES + 1):
                _publish(target, build(tmp_path / f"{number}", number), readers)
            while sum(reader.reads for reader in readers) < READS:
                _wait_for_rounds(readers)
    assert [line for reader in readers for line in reader.broken] == []
    assert all(reader.rounds >= PUBLISHES for reader in readers)


def _publish(target: Path, site: Path, readers: list[Reader]) -> None:
    """Publish; the pause before deletes lasts as long as a reader keeps an old page in hand."""

    async def linger(_: float) -> None:
        await asyncio.to_thread(_wait_for_rounds, readers)

    asyncio.run(publish(Local(target), site, options(wait=linger)))


def _wait_for_rounds(readers: list[Reader]) -> None:
    wanted = [reader.rounds + 2 for reader in readers]
    while any(reader.rounds < rounds for reader, rounds in zip(readers, wanted, strict=True)):
        threading.Event().wait(0.005)
