"""Case files: NAME.md is a post, NAME.expected its blocks and sessions, or the one complaint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from transcripts.errors import ParseError
from transcripts.model import (
    Artifact,
    Block,
    Claim,
    Command,
    Environment,
    File,
    FileBlock,
    LiveBlock,
    Post,
    StaticBlock,
    Step,
    World,
)
from transcripts.parse import parse

Environments = Mapping[str, Environment]


@pytest.mark.cases("parse/*.md")
def test_a_post_is_understood_as_its_case_says(case: Path, expect, environments) -> None:
    expect(case.with_suffix(".expected"), _understood(case, environments))


def _understood(case: Path, environments: Environments) -> str:
    text = case.read_bytes().decode()
    try:
        post = parse(text, case.name, environments)
    except ParseError as error:
        return f"{error}\n"
    return "".join(f"{line}\n" for line in _described(post))


def _described(post: Post) -> Iterator[str]:
    for block in post.blocks:
        yield from _block(block)
    for session in post.sessions:
        yield f"session {session.name} in {session.environment}, line {session.location.line}"
        yield from (f"  {_step(step)}" for step in session.steps)
    yield from _world(post.world)


def _world(world: World) -> Iterator[str]:
    """What the front matter asks for besides its environment."""
    for mount in world.mounts:
        known = (("inode_size", mount.inode_size), ("block_size", mount.block_size))
        said = "".join(f", {name} {value}" for name, value in known if value)
        yield f"mount {mount.path}, line {mount.location.line}, {mount.kind} of {mount.size}{said}"
        yield from (f"  {option}" for option in mount.options)
    yield from (f"package {one.name}, line {one.location.line}" for one in world.packages)
    for host in world.hosts:
        values = ((field.name, getattr(host.link, field.name)) for field in fields(host.link))
        said = "".join(f", {name} {value:g}" for name, value in values if value)
        yield f"host {host.name}, line {host.location.line}, {host.declared!r}{said}"
    for given in world.inputs:
        version = f" version {given.version}" if given.version else ""
        yield f"input of line {given.location.line}, {given.kind} {given.name}{version}"
        yield f"  sha256 {given.sha256 or 'not known'}"


def _block(block: Block) -> Iterator[str]:
    lines = f"lines {block.location.line}-{block.last_line}"
    match block:
        case StaticBlock():
            yield f"static block, {lines}"
            yield from (f"  {line!r}" for line in block.lines)
        case FileBlock():
            yield f"file block, {lines}, language {block.language!r}, session {block.session}"
            yield f"  {block.file.path}"
            yield from (f"    {line!r}" for line in block.file.text.splitlines(keepends=True))
        case LiveBlock():
            yield f"live block, {lines}, session {block.session}{''.join(_options(block))}"
            for command in block.commands:
                yield from _command(command)
            for artifact in block.artifacts:
                yield f"  {artifact.kind} {artifact.path}, alt {artifact.alt!r}"


def _options(block: LiveBlock) -> Iterator[str]:
    if block.exit_any:
        yield ", exit any"
    if block.hide.value:
        yield f", hide {block.hide.value}"
    if block.placeholder is not None:
        yield f", placeholder {block.placeholder!r}"
    if block.then:
        yield f", then {block.then}"


def _command(command: Command) -> Iterator[str]:
    timeout = "" if command.timeout == 30 else f", timeout {command.timeout:g} s"
    yield f"  {command.location.line}: {command.prompt}{command.text!r}{timeout}"
    if command.claim:
        yield from _claim(command.claim)


def _claim(claim: Claim) -> Iterator[str]:
    status = "" if claim.status is None else f", exit status {claim.status}"
    yield f"    claim of line {claim.first_line}{status}"
    yield from (f"      {line!r}" for line in claim.lines)


def _step(step: Step) -> str:
    who = " of root's" if step.root else ""
    who += f" on {' '.join(step.hosts)}" if step.hosts else ""
    match step:
        case Command():
            return f"command {step.text!r}{who}"
        case File():
            return f"file {step.path}{who}"
        case Artifact():
            return f"{step.kind} {step.path}{who}"
