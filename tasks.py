"""The author's commands: each names what it does, says what it takes, and calls a module."""

from __future__ import annotations

import sys
from pathlib import Path

from invoke.context import Context
from invoke.tasks import task

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "plugins"))

from workshop import checks, engine, quality, site, system
from workshop import new as drafts
from workshop import publish as publishing
from workshop import serve as preview
from workshop.command import command
from workshop.project import Project

PROJECT = Project(ROOT)
POSTS = {"path": "A post; ./invoke takes any number of them without this option."}


@task
@command
def setup(_: Context) -> int:
    """Install the system packages that the examples need."""
    return system.setup(PROJECT)


@task(help={"title": "Title of the post; its file is named after it."})
@command
def new(_: Context, title: str) -> int:
    """Write a dated draft, and open it in $EDITOR."""
    return drafts.new(PROJECT, title)


@task(
    auto_shortflags=False,
    help={
        "rerun": "Run all examples afresh, not only new and edited ones.",
        "run": "Run none with --no-run: the site is built from the recordings that there are.",
    },
)
@command
def build(_: Context, rerun: bool = False, run: bool = True) -> int:
    """Run new and edited examples, then build output/."""
    return site.build(PROJECT, run=run, rerun=rerun)


@task(help={"port": "Port on this machine; when it is taken, the next one that is free."})
@command
def serve(_: Context, port: str = "8000") -> int:
    """Preview the site, and rebuild and reload it at each edit."""
    return preview.serve(PROJECT, preview.port_number(port))


@task(
    iterable=["path"],
    help={**POSTS, "scheduler": "Address of a Dask cluster whose workers run them."},
)
@command
def check(_: Context, path: list[str], scheduler: str = "") -> int:
    """Run all examples afresh, and show what is no longer true."""
    cluster = ["--scheduler", scheduler] if scheduler else []
    return engine.call(PROJECT, "check", *cluster, *engine.posts(PROJECT, path))


@task(iterable=["path"], help=POSTS)
@command
def accept(_: Context, path: list[str]) -> int:
    """Show what build or check left pending, and accept it."""
    return engine.call(PROJECT, "accept", *engine.posts(PROJECT, path))


@task(
    iterable=["to", "force"],
    help={
        "to": "A target of PUBLISH_TARGETS in publishconf.py; may be given several times.",
        "dry_run": "Only list what would change.",
        "force": "Publish in spite of what the check of this NAME finds.",
        "setup": "Get to know a new server, and call it NAME.",
        "rollback": "Publish what was there before the last deploy.",
        "check_live": "Compare the live site with what was sent.",
    },
)
@command
def publish(
    _: Context,
    to: list[str],
    force: list[str],
    dry_run: bool = False,
    setup: str = "",
    rollback: bool = False,
    check_live: bool = False,
) -> int:
    """Build for the web, check everything, and deploy."""
    wishes = publishing.Wishes(dry_run=dry_run, force=checks.known(force))
    beside = {"--force": force, "--dry-run": dry_run, "--rollback": rollback}
    if setup:
        from workshop import servers

        publishing.refuse_beside("--setup", {**beside, "--check-live": check_live, "--to": to})
        return servers.setup(setup)
    if check_live:
        publishing.refuse_beside("--check-live", beside)
        return publishing.check_live(PROJECT, to)
    if rollback:
        return publishing.rollback(PROJECT, to, wishes)
    return publishing.publish(PROJECT, to, wishes)


@task(
    help={
        "renew": "Pin the packages that Debian has today, and build anew.",
        "prune": "Remove what no post here needs.",
    }
)
@command
def roots(_: Context, renew: bool = False, prune: bool = False) -> int:
    """List the root file systems that examples run in."""
    asked = {"--renew": renew, "--prune": prune}
    return engine.call(PROJECT, "roots", *(option for option, on in asked.items() if on))


@task(iterable=["path"], help={"path": "Only these tests, without lint."})
@command
def test(_: Context, path: list[str]) -> int:
    """Check the code: style, types, tests."""
    return quality.test(PROJECT, path)


@task
@command
def lint(_: Context) -> int:
    """Check style and types."""
    return quality.lint(PROJECT)


@task
@command
def bench(_: Context) -> int:
    """Measure what running and rendering cost."""
    return quality.bench(PROJECT)


@task
@command
def clean(_: Context) -> int:
    """Delete what a build makes again."""
    return site.clean(PROJECT)
