"""What running and rendering cost, as ratios of two things measured in the same run.

Machines are shared and noisy: read the ratios, not the seconds. Run with ``./invoke bench``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from transcripts.config import read_config
from transcripts.model import (
    Environment,
    Exchange,
    FileBlock,
    Limits,
    LiveBlock,
    Report,
    Session,
    World,
    line_text,
)
from transcripts.parse import parse
from transcripts.progress import show_progress
from transcripts.rerun import Task, rerun
from transcripts.runners import open_sandbox
from transcripts.runners.packages import Packages
from transcripts.session import Place, run_session
from transcripts.sources import Source, read_sources
from transcripts.supplies import Supplier

ROOT = Path(__file__).resolve().parent.parent
SANDBOX = World(environment=Environment(name="sandbox"))
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the wall, and of processors, children included."""

    wall: float
    cpu: float


def measured(work: Callable[[], object]) -> Cost:
    """What one call costs."""
    before, begun = _cpu(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - begun, _cpu() - before)


def _cpu() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def side_by_side(first: Callable[[], object], second: Callable[[], object]) -> tuple[Cost, Cost]:
    """Medians of both, run in turn so that a slow moment of the machine meets both."""
    costs = [(measured(first), measured(second)) for _ in range(ROUNDS)]
    return (_median([a for a, _ in costs]), _median([b for _, b in costs]))


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
    )


# --- Commands of one session ------------------------------------------------------------


def session_of(commands: list[str]) -> Session:
    """A session of these commands."""
    lines = "\n".join(f"$ {command}" for command in commands)
    text = f"Title: Bench\n\n```console run\n{lines}\n```\n"
    return parse(text, "bench.md", {"sandbox": SANDBOX.environment}).sessions[0]


def run_in_sandbox(session: Session) -> None:
    """Run a session as a build does."""

    async def run() -> None:
        packages = Packages()
        async with asyncio.TaskGroup() as group:
            group.create_task(packages.load())
            group.create_task(
                run_session(session, Place(SANDBOX), packages, today=date(2026, 1, 1))
            )

    asyncio.run(run())


def run_in_bare_bash(commands: list[str]) -> None:
    """Run the same commands in one bash on a terminal, and read all that it prints."""
    master, terminal = pty.openpty()
    script = "\n".join(commands)
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    ):
        os.close(terminal)
        try:
            while os.read(master, 65536):
                pass
        except OSError:  # EIO: the other end is closed
            os.close(master)


def bench_commands(table: Table, name: str, command: str) -> None:
    """200 times the same command."""
    commands = [f"{command} {number}" for number in range(200)]
    session = session_of(commands)
    ours, bare = side_by_side(lambda: run_in_sandbox(session), lambda: run_in_bare_bash(commands))
    _row(table, f"200 x {name}: session / bare bash", ours, bare, "2")


# --- Sandboxes --------------------------------------------------------------------------


def bench_sandbox(table: Table) -> None:
    """One more sandbox, opened and closed."""

    async def opened(count: int) -> None:
        for _ in range(count):
            async with open_sandbox(SANDBOX):
                pass

    twenty = _median([measured(lambda: asyncio.run(opened(20))) for _ in range(ROUNDS)])
    table.add_row(
        "one more sandbox", f"{twenty.wall / 20 * 1000:.0f} ms", f"{twenty.cpu / 20 * 1000:.0f} ms",
        "", "30 ms of CPU",
    )  # fmt: skip


SMALL = Limits(memory=256 << 20)
UML = Environment(name="machine", runner="machine", limits=SMALL)
MACHINES = {
    "User-mode Linux 6.12": replace(UML, kernel="debian:trixie"),
    "User-mode Linux of this system": UML,
    "QEMU, with KVM if it boots": replace(UML, kernel="debian:bookworm", emulator="qemu"),
}


def bench_machines(table: Table) -> None:
    """Boot, one command, halt; and one command more; beside the plain sandbox."""
    plain = _sessions(SANDBOX)
    for name, machine in MACHINES.items():
        world = World(environment=machine)
        one = _sessions(world)
        table.add_row(
            f"boot, one command, halt: {name} / bubblewrap",
            f"{one.wall:.3f} / {plain.wall:.3f} s", f"{one.cpu:.3f} / {plain.cpu:.3f} s",
            f"{one.wall / plain.wall:.1f}", "0.3 s of wall with 6.12, 1 s with 6.1",
        )  # fmt: skip


def _sessions(world: World) -> Cost:
    """The median session of one command."""

    async def session() -> None:
        config = read_config({})
        with contextlib.ExitStack() as held:
            supplier = Supplier(config, lambda _: None, held)
            supplies = await supplier.supply(world, Path("bench.md"))
            async with open_sandbox(world, supplies) as sandbox:
                await sandbox.run("true", timeout=30)

    return _median([measured(lambda: asyncio.run(session())) for _ in range(ROUNDS)])


def bench_parallel(table: Table) -> None:
    """Twenty sessions of one second each."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20):
            post = Path(folder, f"post{number}.md")
            post.write_text("Title: Bench\n\n```console run\n$ sleep 1\n```\n")
        config = read_config({"PATH": folder})
        sources, _ = read_sources(sorted(Path(folder).glob("*.md")), config.environments)

        async def run() -> Report:
            task = Task(everything=True, keep=False, today=date(2026, 1, 1))
            with Path(os.devnull).open("w") as nowhere:
                async with show_progress(Console(file=nowhere), len(sources)) as progress:
                    return await rerun(sources, config, progress, task)

        cost = measured(lambda: asyncio.run(run()))
    cores = len(os.sched_getaffinity(0))
    ratio = cost.wall / (20 / cores)
    table.add_row(
        f"20 sessions of 1 s on {cores} cores", f"{cost.wall:.1f} s", f"{cost.cpu:.1f} s",
        f"{ratio:.2f}", "1",
    )  # fmt: skip


# --- Builds -----------------------------------------------------------------------------

_POSTS = 100
_PLAIN = """
PATH = "pasted"
PLUGINS = [name for name in PLUGINS if name != "transcripts"]
"""


def bench_build(table: Table) -> None:
    """A build that has nothing to run, against Pelican alone with the transcripts pasted in."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        for name in ("theme", "plugins", "pelicanconf.py"):
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            site.mkdir(exist_ok=True)
            copy(source, site / name)
        _copy_posts(ROOT / "content", site)
        settings = (site / "pelicanconf.py").read_text()
        (site / "plainconf.py").write_text(settings + _PLAIN)
        ours, plain = side_by_side(
            lambda: _pelican(site, "pelicanconf.py"), lambda: _pelican(site, "plainconf.py")
        )
    _row(table, f"build of {_POSTS} posts: with / without us", ours, plain, "1.1")


def _copy_posts(source: Path, site: Path) -> None:
    """The blog's own posts over and over: live, and with their transcripts pasted in."""
    live, pasted = site / "content", site / "pasted"
    live.mkdir()
    pasted.mkdir()
    config = read_config({"PATH": str(source)})
    sources, _ = read_sources(sorted(source.glob("*.md")), config.environments)
    for number in range(_POSTS):
        one = sources[number % len(sources)]
        text = one.files.post.read_text()
        (live / f"{number}.md").write_text(_renamed(text, number))
        shutil.copy(one.files.recording, live / f"{number}.recording")
        (pasted / f"{number}.md").write_text(_renamed(_with_transcripts(text, one), number))


def _renamed(text: str, number: int) -> str:
    return text.replace("\nSlug: ", f"\nSlug: {number}-").replace("\nId: ", "\nX-Id: ")


def _with_transcripts(text: str, source: Source) -> str:
    """The post as its author would write it by hand: highlighted blocks with pasted output."""
    lines = text.split("\n")
    exchanges = {
        session.name: iter(source.accepted.by_name[session.name].exchanges)
        for session in source.post.sessions
    }
    replacements = []
    for block in source.post.blocks:
        first = block.location.line - 1
        if isinstance(block, LiveBlock):
            seen = [next(exchanges[block.session]) for _ in block.commands]
            replacements.append((first, block.last_line, _pasted(seen)))
        elif isinstance(block, FileBlock):
            replacements.append((first, first + 1, [f"```{block.language}"]))
    for first, last, new in reversed(replacements):
        lines[first:last] = new
    return "\n".join(lines)


def _pasted(exchanges: list[Exchange]) -> list[str]:
    lines = ["```console"]
    for exchange in exchanges:
        lines += f"{exchange.prompt}{exchange.command}".split("\n")
        lines += map(line_text, exchange.output)
    return [*lines, "```"]


def _pelican(site: Path, settings: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pelican", "-s", settings, "-o", f"out-{settings}", "-q"],
        cwd=site,
        check=True,
        capture_output=True,
    )


def _row(table: Table, name: str, ours: Cost, other: Cost, aim: str) -> None:
    table.add_row(
        name,
        f"{ours.wall:.3f} / {other.wall:.3f} s",
        f"{ours.cpu:.3f} / {other.cpu:.3f} s",
        f"{ours.wall / other.wall:.2f} ({ours.cpu / other.cpu:.2f} of CPU)",
        aim,
    )


def main() -> None:
    """Measure everything, one after the other, and print a table."""
    table = Table("what", "wall", "CPU", "ratio", "aim")
    bench_commands(table, "echo", "echo")
    bench_commands(table, "a program", "/usr/bin/basename")
    bench_sandbox(table)
    bench_machines(table)
    bench_build(table)
    bench_parallel(table)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
