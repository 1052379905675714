"""Serves a directory on this machine as hosts of static sites do: compressed, with a 404 page."""

from __future__ import annotations

import gzip
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

LEVEL = 6
"""Of gzip: what servers take where nobody chose."""

_TYPES = {
    ".atom": "application/atom+xml",
    ".rss": "application/rss+xml",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".recording": "text/plain",
}


@contextmanager
def served(directory: Path, asked: list[str]) -> Iterator[str]:
    """Serve DIRECTORY, which may be filled later; gives its address, and notes what is ASKED."""
    handler = partial(_Handler, directory=directory, asked=asked)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *args, directory: Path, asked: list[str]) -> None:
        self._directory = directory
        self._asked = asked
        super().__init__(*args)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self._asked.append(path)
        file = self._directory / path.lstrip("/")
        if file.is_dir() and not path.endswith("/"):
            self._answer(301, "text/plain", b"", {"Location": f"{self.path}/"})
            return
        file = file / "index.html" if file.is_dir() else file
        if file.is_file():
            self._answer(200, _type(file), file.read_bytes(), {})
        else:
            missing = self._directory / "404.html"
            body = missing.read_bytes() if missing.is_file() else b""
            self._answer(404, _type(missing), body, {})

    def _answer(self, status: int, kind: str, body: bytes, more: dict[str, str]) -> None:
        headers = {"Content-Type": kind, "Cache-Control": "no-cache", **more}
        if "gzip" in self.headers.get("Accept-Encoding", "") and not kind.startswith("image/png"):
            body = gzip.compress(body, LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args) -> None:
        """Say nothing: the tests look at what was asked."""


def _type(file: Path) -> str:
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "text/plain"
    text = kind.startswith("text/") or kind.endswith(("xml", "json", "javascript"))
    return f"{kind}; charset=utf-8" if text else kind
