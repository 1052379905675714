"""The command line of the engine: ``python -m transcripts run|check|accept|verify``."""

from __future__ import annotations

import argparse
import asyncio
import runpy
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb

from rich.console import Console

from .accept import accept_all
from .characters import shown_text
from .config import Config, read_config
from .errors import ConfigError, TranscriptError
from .housekeeping import tend
from .model import Report
from .progress import show_progress
from .report import show_report
from .rerun import Task, rerun
from .sources import Source, read_sources, to_run, verify_source
from .store import SUFFIXES, find_posts, only_one_run, orphans

CLEAN, DRIFT, MISUSE, BUG, INTERRUPTED = 0, 1, 2, 70, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for."""

    config: Config
    paths: tuple[Path, ...]
    console: Console
    all_posts: bool = False
    """Whether the command line names no post, and so means all."""
    everything: bool = False
    renew: bool = False
    prune: bool = False
    scheduler: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit status.

    It is 0 when all holds, 1 on drift or a problem in a post, 2 on misuse or without a sandbox,
    130 when interrupted.
    """
    arguments = _parser().parse_args(argv)
    try:
        report = _COMMANDS[arguments.command](_request(arguments))
    except TranscriptError as error:
        return _complain(str(error), MISUSE)
    except KeyboardInterrupt:
        return _complain("interrupted; the recordings made so far are kept", INTERRUPTED)
    show_report(report, Console(highlight=False))
    return DRIFT if report else CLEAN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="transcripts", description="Run the examples of posts.")
    parser.add_argument("--settings", default="pelicanconf.py", help="Pelican's settings file")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the sessions that have no valid recording")
    run.add_argument("--all", action="store_true", help="run all of them afresh")
    check = commands.add_parser("check", help="run all afresh, and change no accepted recording")
    check.add_argument("--scheduler", default="", help="address of a Dask cluster that runs them")
    accept = commands.add_parser("accept", help="show and accept what run or check left pending")
    verify = commands.add_parser("verify", help="compare posts with their recordings, run nothing")
    roots = commands.add_parser("roots", help="list the root file systems that are kept")
    roots.add_argument("--renew", action="store_true", help="pin what Debian has today")
    roots.add_argument("--prune", action="store_true", help="remove what no post here needs")
    for command in (run, check, accept, verify):
        command.add_argument("posts", nargs="*", metavar="POST", help="(default: all posts)")
    return parser


def _request(arguments: argparse.Namespace) -> Request:
    config = _config(Path(arguments.settings))
    return Request(
        config=config,
        paths=_chosen(config, getattr(arguments, "posts", ())),
        all_posts=not getattr(arguments, "posts", ()),
        console=Console(stderr=True, highlight=False),
        everything=getattr(arguments, "all", False),
        renew=getattr(arguments, "renew", False),
        prune=getattr(arguments, "prune", False),
        scheduler=getattr(arguments, "scheduler", ""),
    )


def _config(settings: Path) -> Config:
    try:
        settings.read_bytes()
        values = runpy.run_path(str(settings))
    except OSError as error:
        raise ConfigError(
            f"{error.filename or settings}: cannot be read: {error.strerror};"
            " name the settings with --settings"
        ) from error
    except SyntaxError as error:
        raise ConfigError(f"{settings}:{error.lineno}: {error.msg}; mend the line") from error
    except Exception as error:  # the author's program may raise anything
        raise ConfigError(_at_its_line(settings, error)) from error
    return read_config(values)


def _at_its_line(settings: Path, error: Exception) -> str:
    frames = extract_tb(error.__traceback__)
    line = [frame.lineno for frame in frames if frame.filename == str(settings)][-1]
    return f"{settings}:{line}: {type(error).__name__}: {error}; mend the line"


def _chosen(config: Config, names: Sequence[str]) -> tuple[Path, ...]:
    if not names:
        return find_posts(Path(config.content))
    for name in names:
        within = Path(name).resolve().is_relative_to(Path(config.content).resolve())
        if not within or not Path(name).is_file() or Path(name).suffix not in SUFFIXES:
            raise ConfigError(f"{name}: no such post; name a file below {config.content}/")
    return tuple(map(Path, names))


def _complain(message: str, status: int) -> int:
    print(shown_text(message), file=sys.stderr)
    return status


# --- The commands -----------------------------------------------------------------------


def run_missing(config: Config, paths: tuple[Path, ...]) -> Report:
    """Run what has no valid recording, as the build of a site does before it renders."""
    console = Console(stderr=True, highlight=False)
    return _run(Request(config=config, paths=paths, console=console))


def _run(request: Request) -> Report:
    return _run_posts(request, everything=request.everything, keep=False)


def _check(request: Request) -> Report:
    report = _run_posts(request, everything=True, keep=True)
    if not report:
        request.console.print("all holds")
    return report


def _run_posts(request: Request, *, everything: bool, keep: bool) -> Report:
    """Run the sessions of posts with a progress display; see rerun.Task for the rest."""
    if request.all_posts:
        _note_orphans(request)
    with only_one_run(Path(request.config.content)):
        sources, report = read_sources(request.paths, request.config.environments)
        total = sum(len(to_run(source, everything=everything)) for source in sources)
        if not total:
            return sum(map(verify_source, sources), report)
        today = datetime.now(UTC).date()
        task = Task(everything=everything, keep=keep, today=today, scheduler=request.scheduler)
        return report + asyncio.run(_rerun(request, sources, total, task))


def _note_orphans(request: Request) -> None:
    """A post that was renamed leaves its recording behind, which harms nothing."""
    for path in orphans(Path(request.config.content), request.paths):
        note = f"{path}: there is no post of this name; rename or delete it"
        request.console.print(shown_text(note), markup=False, soft_wrap=True)


async def _rerun(request: Request, sources: Sequence[Source], total: int, task: Task) -> Report:
    async with show_progress(request.console, total) as progress:
        try:
            return await rerun(sources, request.config, progress, task)
        except ExceptionGroup as group:
            raise _first(group) from group


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """Of errors that several sessions met at once, one; they all say the same."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


def _accept(request: Request) -> Report:
    with only_one_run(Path(request.config.content)):
        sources, _ = read_sources(request.paths, request.config.environments)
        taken = accept_all(sources, request.config.environments)
        show_report(taken, request.console, heading="accepted")
        if not taken:
            request.console.print("nothing is pending")
    return _verify(request)


def _verify(request: Request) -> Report:
    sources, report = read_sources(request.paths, request.config.environments)
    return sum(map(verify_source, sources), report)


def _roots(request: Request) -> Report:
    sources, report = read_sources(request.paths, request.config.environments)
    posts = [source.post for source in sources]
    console = Console(highlight=False)
    tend(request.config, posts, console, renewing=request.renew, pruning=request.prune)
    return report


_COMMANDS = {"roots": _roots, "run": _run, "check": _check, "accept": _accept, "verify": _verify}


def _guarded() -> int:
    """The exit status, which for an error of our own is none that means drift."""
    try:
        return main()
    except Exception:  # noqa: BLE001 — whatever it is, it is told, and nothing goes on
        traceback.print_exc()
        return _complain("this is a bug in transcripts; please report the lines above", BUG)


if __name__ == "__main__":
    sys.exit(_guarded())
