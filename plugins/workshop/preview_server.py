"""Serves a built site on this machine, with a script in each page that reloads it."""

from __future__ import annotations

import threading
import time
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .errors import WorkshopError

_EVENTS = "/-/changes"
_SCRIPT = (
    '<script>new EventSource("{path}?since={number}").onmessage = () => location.reload()</script>'
)
_NOT_FOUND = b"<!DOCTYPE html><title>Not here</title><p>There is no such page (yet).</p>"
_ALIVE = 15.0
"""Seconds after which a silent connection is tried, to notice that its browser has gone."""


class Versions:
    """Counts builds, and lets others wait for the next one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        # Not from 0: a page that an earlier server sent must not take this one's for its own.
        self._number = time.time_ns()

    @property
    def number(self) -> int:
        """The build that is served."""
        return self._number

    def advance(self) -> None:
        """Tell those who wait that there is a newer one."""
        with self._changed:
            self._number += 1
            self._changed.notify_all()

    def wait_past(self, number: int, timeout: float) -> bool:
        """Wait until another build than NUMBER is served; False when it took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._number != number, timeout)


def start(directory: Path, port: int, versions: Versions) -> tuple[ThreadingHTTPServer, str]:
    """Serve DIRECTORY from now on, on PORT or the next one that is free."""
    handler = partial(_Handler, versions, directory=str(directory))
    for candidate in range(port, port + 20):
        try:
            server = ThreadingHTTPServer(("127.0.0.1", candidate), handler)
        except (OSError, OverflowError):
            continue
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        return server, f"http://127.0.0.1:{server.server_port}/"
    raise WorkshopError(f"ports {port} to {port + 19} are taken; choose another: --port NUMBER")


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 - as the class above declares it
        **SimpleHTTPRequestHandler.extensions_map,
        ".atom": "application/atom+xml",
        ".rss": "application/rss+xml",
        ".txt": "text/plain; charset=utf-8",
        ".svg": "image/svg+xml",
    }

    def __init__(self, versions: Versions, *args: Any, **kwargs: Any) -> None:
        self._versions = versions
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """Send a page with the script, the stream of changes, or any other file."""
        url = urlsplit(self.path)
        if url.path == _EVENTS:
            self._stream(parse_qs(url.query).get("since", [""])[0])
            return
        page = self._page()
        if page is None:
            super().do_GET()
        elif page.is_file():
            self._send_page(HTTPStatus.OK, page.read_bytes())
        else:
            self._send_page(HTTPStatus.NOT_FOUND, self._own_not_found())

    def end_headers(self) -> None:
        """Let the browser keep nothing: the next build may change anything."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by http.server
        """Say nothing: the terminal is for builds."""

    def _page(self) -> Path | None:
        """The page asked for, or a path that does not exist; None for what is not a page."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            return path / "index.html" if urlsplit(self.path).path.endswith("/") else None
        if path.is_file():
            return path if path.suffix == ".html" else None
        return path.with_name(f"{path.name}.html")

    def _own_not_found(self) -> bytes:
        page = Path(self.directory) / "404.html"
        return page.read_bytes() if page.is_file() else _NOT_FOUND

    def _send_page(self, status: HTTPStatus, page: bytes) -> None:
        script = _SCRIPT.format(path=_EVENTS, number=self._versions.number).encode()
        head, closing, tail = page.rpartition(b"</body>")
        body = head + script + closing + tail if closing else page + script
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, since: str) -> None:
        """Keep the connection open until there is a newer build than the page that asks."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        number = int(since) if since.isdecimal() else self._versions.number
        try:
            while not self._versions.wait_past(number, _ALIVE):
                self.wfile.write(b": waiting\n\n")
            self.wfile.write(b"data: changed\n\n")
        except ConnectionError:
            pass  # the page was left
        self.close_connection = True
