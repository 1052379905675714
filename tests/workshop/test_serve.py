"""The live preview, over real connections."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from workshop import engine, serve, site
from workshop.errors import WorkshopError
from workshop.preview_server import Versions, start
from workshop.project import Project

from .conftest import SECOND, eventually, write

LIVE = "Title: Live\nDate: 2020-01-03\n\n```console run\n$ echo $((6 * 7))\n```\n"


@dataclass
class Preview:
    """A running `invoke serve`."""

    process: subprocess.Popen[str]
    log: Path
    port: int

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, type and text of what is served."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read().decode()
        finally:
            connection.close()

    @property
    def builds(self) -> int:
        return len(re.findall(r"^serve: \d\d:\d\d:\d\d ", self.log.read_text(), re.MULTILINE))


@pytest.fixture
def preview(project: Project, tmp_path: Path) -> Iterator[Preview]:
    """A preview that has built once."""
    log = tmp_path / "log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [sys.executable, "-m", "invoke", "serve", "--port", "18000"],
            cwd=project.root,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        try:
            eventually(lambda: "http://127.0.0.1:" in log.read_text())
            port = int(log.read_text().partition("http://127.0.0.1:")[2].partition("/")[0])
            running = Preview(process=process, log=log, port=port)
            eventually(lambda: running.builds == 1)
            yield running
        finally:
            process.kill()


def test_a_page_is_served_with_the_script_that_reloads_it(preview: Preview):
    status, kind, text = preview.get("/second.html")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert "The second post." in text
    assert re.search(r"<script>new EventSource\(\"/-/changes\?since=\d+\"\).*</body>", text)


def test_an_edit_is_built_and_the_browser_told(project: Project, preview: Preview):
    since = re.search(r"/-/changes\?since=\d+", preview.get("/second.html")[2])
    assert since
    write(project.root, "content/second.md", SECOND + "\nOne more sentence.\n")
    status, kind, text = preview.get(since.group())  # it answers when there is a newer build
    assert (status, kind) == (200, "text/event-stream")
    assert text.endswith("data: changed\n\n")
    assert "One more sentence." in preview.get("/second.html")[2]


def test_an_edit_of_the_settings_is_built(project: Project, preview: Preview):
    conf = project.root / "pelicanconf.py"
    replacement = write(project.root, ".new", conf.read_text() + 'SITENAME = "Renamed"\n')
    replacement.replace(conf)  # as editors save
    eventually(lambda: "Renamed" in preview.get("/")[2])


def test_an_error_is_told_in_a_line_and_the_last_good_site_stays(
    project: Project, preview: Preview
):
    before = preview.log.read_text()
    bad = write(project.root, "content/bad.md", "Title: Bad\n\nNo date.\n")
    eventually(lambda: "'Date:'" in preview.log.read_text())
    told = preview.log.read_text().removeprefix(before)
    (line,) = (line for line in told.splitlines() if "'Date:'" in line)
    assert line.startswith("serve: content/bad.md:1: no 'Date:'; add a line")
    assert "The second post." in preview.get("/second.html")[2]
    bad.unlink()
    eventually(lambda: preview.builds == 2)


def test_a_page_with_a_link_that_leads_nowhere_is_told_and_shown(
    project: Project, preview: Preview
):
    write(project.root, "content/second.md", SECOND + "\n[x]({filename}nosuch.md)\n")
    eventually(lambda: "nosuch.md" in preview.get("/second.html")[2])
    assert "content/second.md:6: there is no 'nosuch.md'; mend the link" in preview.log.read_text()


def test_what_an_edit_made_stale_is_run_and_its_recording_starts_no_other_build(
    project: Project, preview: Preview
):
    recording = write(project.root, "content/live.md", LIVE).with_suffix(".recording")
    eventually(lambda: preview.builds == 2)
    assert "42" in recording.read_text()
    write(project.root, "content/second.md", SECOND + "\nMore.\n")
    eventually(lambda: "More." in preview.get("/second.html")[2])
    eventually(lambda: preview.builds >= 3)
    assert preview.builds == 3


def test_what_is_edited_during_a_build_is_run_and_not_complained_of(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    post, told = write(project.root, "content/live.md", LIVE), []
    line = "content/live.md:4: session 'main' was edited since; record it with 'invoke build'"

    def build(_: Project, known: Callable[[str], bool]) -> str:
        told.append(known(line))
        post.write_text(LIVE.replace("6", "8"))
        told.append(known(line))
        return "1 article"

    monkeypatch.setattr(site, "replace_output", build)
    monkeypatch.setattr(engine, "call", lambda *_: engine.CLEAN)
    serve._rebuild(project, {}, serve.state(project), Versions())
    assert told == [False, True]


def test_ctrl_c_ends_the_preview_with_a_word(preview: Preview):
    os.kill(preview.process.pid, signal.SIGINT)
    assert preview.process.wait(timeout=60) == 0
    assert preview.log.read_text().endswith("serve: ended\n")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, Callable[[str], tuple[int, str, bytes]]]]:
    """A directory that is served, and a way to ask for its files."""
    server, _ = start(tmp_path, 18100, Versions())

    def get(path: str) -> tuple[int, str, bytes]:
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=30)
        connection.request("GET", path)
        response = connection.getresponse()
        with response:
            answer = response.status, response.headers["Content-Type"], response.read()
        connection.close()
        return answer

    yield tmp_path, get
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/", 200, "text/html; charset=utf-8"),
        ("/about", 200, "text/html; charset=utf-8"),
        ("/2009/", 200, "text/html; charset=utf-8"),
        ("/feeds/all.atom", 200, "application/atom+xml"),
        ("/x.txt?v=1", 200, "text/plain; charset=utf-8"),
        ("/nosuch", 404, "text/html; charset=utf-8"),
        ("/../../etc/passwd", 404, "text/html; charset=utf-8"),
    ],
)
def test_files_are_served_as_a_web_server_would(
    served: tuple[Path, Callable[[str], tuple[int, str, bytes]]],
    path: str,
    status: int,
    kind: str,
):
    directory, get = served
    for name in ("index.html", "about.html", "2009/index.html", "feeds/all.atom", "x.txt"):
        write(directory, name, f"this is {name}")
    assert get(path)[:2] == (status, kind)


def test_the_site_s_own_page_tells_that_there_is_none(
    served: tuple[Path, Callable[[str], tuple[int, str, bytes]]],
):
    directory, get = served
    write(directory, "404.html", "<p>Lost?</p>")
    status, _, body = get("/nosuch/")
    assert status == 404
    assert body.startswith(b"<p>Lost?</p>")


def test_a_port_that_is_taken_gives_the_next_one(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server, address = start(tmp_path, port, Versions())
        assert address != f"http://127.0.0.1:{port}/"
        server.shutdown()
        server.server_close()


def test_where_no_port_is_free_the_cure_is_told(tmp_path: Path):
    with pytest.raises(WorkshopError, match="choose another: --port NUMBER"):
        start(tmp_path, 70000, Versions())


def test_who_waits_for_a_build_is_told_when_there_is_one():
    versions = Versions()
    number, told = versions.number, threading.Event()

    def wait() -> None:
        if versions.wait_past(number, 60):
            told.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    versions.advance()
    waiting.join()
    assert told.is_set()
    assert versions.wait_past(number, 0)
    assert not versions.wait_past(versions.number, 0)
