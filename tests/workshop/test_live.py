"""What readers get, beside what was sent."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from workshop import live
from workshop.errors import WorkshopError
from workshop.project import Project
from workshop.publish import check_live, publish

from .conftest import FOR_THE_WEB, running, served, write

Git = Callable[..., str]


def test_the_live_site_is_compared_with_what_was_sent(
    project: Project, remote: Path, git: Git, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shown = tmp_path / "live"
    shown.mkdir()
    with served(shown) as address:
        write(project.root, "publishconf.py", FOR_THE_WEB + f"SITEURL = {address!r}\n")
        publish(project)
        git(tmp_path, "clone", "--quiet", "--branch", "gh-pages", str(remote), str(shown / "new"))
        for path in (shown / "new").iterdir():
            path.rename(shown / path.name)
        assert check_live(project) == 0
        assert f"publish: {address} holds all " in capsys.readouterr().out
        write(shown, "second.html", "something else")
        (shown / "first.html").unlink()
        with pytest.raises(WorkshopError, match="2 of "):
            check_live(project)
        err = capsys.readouterr().err
    assert f"{address}/first.html: the server answers 404" in err
    assert f"{address}/second.html: is not what was sent" in err


def test_a_server_that_is_off_is_told_in_one_line(project: Project):
    sent = dict.fromkeys(("a.html", "b.html", "index.html"), "0")
    with pytest.raises(WorkshopError, match=r"^http://127\.0\.0\.1:1/index\.html: cannot be reac"):
        live.differences("http://127.0.0.1:1/", sent)


def test_a_server_that_answers_for_nothing_but_the_front_page_is_soon_left(tmp_path: Path):
    class Fickle(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/index.html":
                asked.append(self.path)
                return  # without an answer
            self.send_response(200)
            self.end_headers()

    asked = list[str]()
    sent = dict.fromkeys((f"{number}.html" for number in range(100)), "0") | {"index.html": "0"}
    with running(ThreadingHTTPServer(("127.0.0.1", 0), Fickle)) as address:
        with pytest.raises(WorkshopError, match="cannot be reached"):
            live.differences(address, sent)
        assert len(asked) < 50
        (first, second) = live.differences(address, {"index.html": "0", "a.html": "0"})
    assert f"{address}/a.html: cannot be reached: " in first
    assert second == f"{address}/index.html: is not what was sent"
