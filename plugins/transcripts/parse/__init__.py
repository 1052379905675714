"""Turns the text of a post into its blocks and sessions. It reads no file and runs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace

from ..errors import ParseError
from ..model import (
    Artifact,
    Block,
    Command,
    Environment,
    File,
    FileBlock,
    Host,
    Input,
    Limits,
    LiveBlock,
    Mount,
    Post,
    Session,
    StaticBlock,
    Step,
    World,
)
from ..names import nearest
from . import options
from .commands import commands
from .fences import Fence, fences
from .front_matter import front_matter
from .world import world


def parse(text: str, path: str, environments: Mapping[str, Environment]) -> Post:
    """Parse one post; the first of ``environments`` is the default one.

    Raises ParseError, with the line, at the first thing that cannot be understood.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    described = world(front_matter(lines, path), environments)
    blocks = tuple(
        block for fence in fences(lines, path) if (block := _block(fence, described)) is not None
    )
    return Post(path=path, blocks=blocks, sessions=_sessions(blocks, described), world=described)


# --- Blocks -----------------------------------------------------------------------------


def _block(fence: Fence, world: World) -> Block | None:
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


def _live_block(fence: Fence, world: World) -> LiveBlock:
    timeout = world.environment.limits.command
    if "timeout" in fence.options:
        timeout = options.duration(fence, fence.options["timeout"])
    typed = tuple(replace(command, timeout=timeout) for command in commands(fence, world))
    made = (_placed(artifact, typed[-1]) for artifact in options.artifacts(fence))
    return LiveBlock(
        location=fence.location,
        last_line=fence.last_line,
        session=options.session_name(fence),
        steps=(*typed, *made),
        exit_any=options.exit_any(fence),
        hide=options.hide(fence),
        placeholder=options.placeholder(fence),
        then=options.then(fence),
    )


def _placed(artifact: Artifact, last: Command) -> Artifact:
    """It is taken from where the block's last command was."""
    if len(last.hosts) > 1:
        raise ParseError(
            f"{artifact.kind}= of a block that ends on {len(last.hosts)} hosts; end it on one of"
            " them, or with '$ ' and take it from /shared",
            artifact.location,
        )
    return replace(artifact, root=last.root, hosts=last.hosts)


# --- Sessions ---------------------------------------------------------------------------


def _sessions(blocks: tuple[Block, ...], world: World) -> tuple[Session, ...]:
    live = [block for block in blocks if isinstance(block, LiveBlock)]
    names = dict.fromkeys(block.session for block in live)
    for block in blocks:
        if isinstance(block, FileBlock) and live and block.session not in names:
            raise ParseError(
                f"no live block has session {block.session!r}; {nearest(block.session, (*names,))}",
                block.location,
            )
    return tuple(_session(name, blocks, world) for name in names)


def _session(name: str, blocks: tuple[Block, ...], world: World) -> Session:
    steps: list[Step] = []
    for block in blocks:
        if isinstance(block, StaticBlock) or block.session != name:
            continue
        steps.extend((block.file,) if isinstance(block, FileBlock) else block.steps)
    first = next(b for b in blocks if isinstance(b, LiveBlock) and b.session == name)
    return Session(
        name=name,
        environment=world.environment.name,
        steps=(written := _owned(steps)),
        location=first.location,
        digest=_digest(written, world),
    )


def _owned(steps: list[Step]) -> tuple[Step, ...]:
    """The steps, with each file written by whoever types the next command, or the last one."""
    by = next(step for step in reversed(steps) if isinstance(step, Command))
    owned: list[Step] = []
    for step in reversed(steps):
        by = step if isinstance(step, Command) else by
        is_file = isinstance(step, File)
        owned.append(replace(step, root=by.root, hosts=by.hosts) if is_file else step)
    return tuple(reversed(owned))


def _digest(steps: tuple[Step, ...], world: World) -> str:
    """What decides the output, and nothing else: no line number, no claim, no prose.

    Of an environment only what is unusual: a setting that is new changes no digest.
    """
    described: dict[str, object] = {
        "environment": _unusual(world.environment, Environment(name="")),
        "limits": _unusual(world.environment.limits, Limits()),
        "mounts": [_placeless(mount) for mount in world.mounts],
        "packages": [wanted.name for wanted in world.packages],
        "inputs": [_placeless(given) for given in world.inputs],
        "steps": [_digested(step) for step in steps],
    }
    if world.hosts:
        described["hosts"] = [_placeless(host) for host in world.hosts]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _unusual(value: Environment | Limits, usual: Environment | Limits) -> dict[str, object]:
    described, known = asdict(value), asdict(usual)
    return {key: said for key, said in described.items() if key != "limits" and said != known[key]}


def _placeless(value: Mount | Input | Host) -> dict[str, object]:
    return {key: said for key, said in asdict(value).items() if key != "location"}


def _digested(step: Step) -> list[object]:
    match step:
        case Command():
            return ["command", step.prompt, step.text, step.timeout]
        case File():
            return ["file", step.path, step.text, step.root, *step.hosts]
        case Artifact():
            return [step.kind, step.path, step.root, *step.hosts]
