"""Turns the text of a post into its blocks and sessions. It reads no file and runs nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from ..errors import ParseError
from ..model import (
    Artifact,
    Block,
    Command,
    Environment,
    File,
    FileBlock,
    LiveBlock,
    Location,
    Post,
    Session,
    StaticBlock,
    Step,
)
from ..names import nearest
from . import options
from .commands import commands
from .fences import Fence, fences

# The same patterns as Python-Markdown's "meta" extension, so that both see the same lines.
_META = re.compile(r"^ {0,3}(?P<key>[A-Za-z0-9_-]+):\s*(?P<value>.*)")
_META_MORE = re.compile(r"^ {4,}(?P<value>.*)")
_META_BEGIN = re.compile(r"^-{3}(\s.*)?$")
_META_END = re.compile(r"^(-{3}|\.{3})(\s.*)?$")
_WORLD_FIELDS = ("mounts", "packages", "hosts", "inputs")


@dataclass(frozen=True, slots=True)
class _World:
    """What the front matter says of the environment, with its fields as lines."""

    environment: Environment
    fields: Mapping[str, tuple[str, ...]]


def parse(text: str, path: str, environments: Mapping[str, Environment]) -> Post:
    """Parse one post; the first of ``environments`` is the default one.

    Raises ParseError, with the line, at the first thing that cannot be understood.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    world = _world(lines, path, environments)
    blocks = tuple(
        block for fence in fences(lines, path) if (block := _block(fence, world)) is not None
    )
    return Post(path=path, blocks=blocks, sessions=_sessions(blocks, world))


# --- Front matter -----------------------------------------------------------------------


def _world(lines: list[str], path: str, environments: Mapping[str, Environment]) -> _World:
    front = _front_matter(lines)
    for key in ("date", "modified"):
        for line, text in front.get(key, ()):
            _check_date(key, text, Location(path=path, line=line))
    environment = next(iter(environments.values()))
    if named := front.get("environment"):
        line, name = named[0]
        if name not in environments:
            raise ParseError(
                f"unknown environment {name!r}; {nearest(name, tuple(environments))}",
                Location(path=path, line=line),
            )
        environment = environments[name]
    for key in _WORLD_FIELDS:
        if key in front:
            raise ParseError(
                f"environment {environment.name!r} (runner {environment.runner!r}) has no"
                f" {key.capitalize()}; name one that has, or remove the field",
                Location(path=path, line=front[key][0][0]),
            )
    return _World(environment=environment, fields={})


def _check_date(key: str, text: str, location: Location) -> None:
    """Pelican takes more forms, and fills in what is missing by today's date."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ParseError(
            f"{key} {text!r}; write it as 2009-03-08 or 2009-03-08 18:21", location
        ) from error


def _front_matter(lines: list[str]) -> dict[str, list[tuple[int, str]]]:
    fields: dict[str, list[tuple[int, str]]] = {}
    key = None
    for number, line in enumerate(lines, start=1):
        if number == 1 and _META_BEGIN.match(line):
            continue
        if not line.strip() or _META_END.match(line):
            break
        if match := _META.match(line):
            key = match["key"].lower()
        elif not (key and (match := _META_MORE.match(line))):
            break
        fields.setdefault(key, []).append((number, match["value"].strip()))
    return fields


# --- Blocks -----------------------------------------------------------------------------


def _block(fence: Fence, world: _World) -> Block | None:
    if "file" in fence.options:
        return _file_block(fence)
    if fence.language != "console":
        if "run" in fence.options:
            raise ParseError(
                f"a {fence.language!r} block cannot be run; write 'console run'", fence.location
            )
        return None
    options.check_options(fence, options.LIVE_OPTIONS)
    if "run" in fence.options:
        return _live_block(fence, world)
    if fence.options:
        option = next(iter(fence.options))
        raise ParseError(
            f"option {option!r} of a block that is not run; write 'console run'", fence.location
        )
    return StaticBlock(location=fence.location, last_line=fence.last_line, lines=fence.lines)


def _file_block(fence: Fence) -> FileBlock:
    if "run" in fence.options:
        raise ParseError("a block with file= is written, not run; remove 'run'", fence.location)
    options.check_options(fence, options.FILE_OPTIONS)
    path = fence.options["file"]
    if not path or path.endswith("/"):
        raise ParseError("file= names no file; write file=PATH", fence.location)
    text = "".join(f"{line}\n" for line in fence.lines)
    return FileBlock(
        location=fence.location,
        last_line=fence.last_line,
        session=options.session_name(fence),
        file=File(path=path, text=text, location=fence.location),
        language=fence.language,
    )


def _live_block(fence: Fence, world: _World) -> LiveBlock:
    timeout = world.environment.limits.command
    if "timeout" in fence.options:
        timeout = options.duration(fence, fence.options["timeout"])
    typed = tuple(replace(command, timeout=timeout) for command in commands(fence))
    return LiveBlock(
        location=fence.location,
        last_line=fence.last_line,
        session=options.session_name(fence),
        steps=(*typed, *options.artifacts(fence)),
        exit_any=options.exit_any(fence),
        hide=options.hide(fence),
        placeholder=options.placeholder(fence),
        then=options.then(fence),
    )


# --- Sessions ---------------------------------------------------------------------------


def _sessions(blocks: tuple[Block, ...], world: _World) -> tuple[Session, ...]:
    live = [block for block in blocks if isinstance(block, LiveBlock)]
    names = dict.fromkeys(block.session for block in live)
    for block in blocks:
        if isinstance(block, FileBlock) and live and block.session not in names:
            raise ParseError(
                f"no live block has session {block.session!r}; {nearest(block.session, (*names,))}",
                block.location,
            )
    return tuple(_session(name, blocks, world) for name in names)


def _session(name: str, blocks: tuple[Block, ...], world: _World) -> Session:
    steps: list[Step] = []
    for block in blocks:
        if isinstance(block, StaticBlock) or block.session != name:
            continue
        steps.extend((block.file,) if isinstance(block, FileBlock) else block.steps)
    first = next(b for b in blocks if isinstance(b, LiveBlock) and b.session == name)
    return Session(
        name=name,
        environment=world.environment.name,
        steps=tuple(steps),
        location=first.location,
        digest=_digest(tuple(steps), world),
    )


def _digest(steps: tuple[Step, ...], world: _World) -> str:
    """What decides the output, and nothing else: no line number, no claim, no prose."""
    described = {
        "environment": asdict(world.environment),
        "fields": {key: list(value) for key, value in world.fields.items()},
        "steps": [_digested(step) for step in steps],
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _digested(step: Step) -> list[object]:
    match step:
        case Command():
            return ["command", step.prompt, step.text, step.timeout]
        case File():
            return ["file", step.path, step.text]
        case Artifact():
            return [step.kind, step.path]
