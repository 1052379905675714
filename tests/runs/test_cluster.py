"""Sessions that the workers of a Dask cluster run, each worker a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster

from .conftest import Site


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two processes on loopback."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        host="127.0.0.1",
    ) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_finds_what_this_machine_has_recorded(site: Site, scheduler: str) -> None:
    site.post("\n$ echo $((6 * 7))\n42\n", " session=b\n$ hostname\n")
    assert site.run("run").status == 0
    done = site.run("check", "--scheduler", scheduler)
    assert done.status == 0, done.said
    assert done.sessions == ["content/post.md b", "content/post.md main"]
    assert "all holds" in done.said


def test_drift_and_problems_come_back_with_their_places(site: Site, scheduler: str) -> None:
    site.post("\n$ echo one\n", name="a")
    site.post(" figure=no.svg alt=x\n$ true\n", name="b")
    assert site.run("run", "content/a.md").status == 0
    site.edit("content/a.recording", "| one", "| two")
    done = site.run("check", "--scheduler", scheduler)
    assert done.status == 1
    assert "content/a.md:5: 'echo one' prints something else than recorded" in done.said
    assert "content/b.md:4: figure no.svg: no such file or directory" in done.said
    assert "Traceback" not in done.said


def test_what_a_worker_cannot_get_is_a_problem_of_its_post(site: Site, scheduler: str) -> None:
    site.post("\n$ echo one\n", name="a")
    site.write("content/b.md", "Title: A\nInputs: file no.csv\n\n```console run\n$ a\n```\n")
    done = site.run("check", "--scheduler", scheduler)
    assert done.status == 1
    assert "content/b.md:2: input no.csv is not in " in done.said
    assert "content/a.md main: ran 1 command" in done.err


def test_a_scheduler_that_is_not_there_is_told(site: Site) -> None:
    site.post("\n$ true\n")
    done = site.run("check", "--scheduler", "tcp://127.0.0.1:1")
    assert done.status == 2
    assert "--scheduler tcp://127.0.0.1:1: cannot be reached: " in done.said
    assert "Traceback" not in done.said
