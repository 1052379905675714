"""Reads the lines of a live block: prompts, continuations, and what the post claims they print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..errors import ParseError
from ..model import Claim, Command, Location, World
from .fences import Fence
from .hosts import looks_meant, meant, names_declared

_PROMPT = re.compile(r"^(?P<host>[A-Za-z0-9][A-Za-z0-9._\[\]-]*)?(?P<char>[$#]) (?P<text>.*)$")
_RUNNERS_WITH_ROOT = ("machine",)
_STATUS = re.compile(r"^\[(?P<status>\d{1,3})\]$")


def commands(fence: Fence, world: World) -> Iterator[Command]:
    """The commands of a live block. Raises ParseError where one cannot be typed."""
    first = _PROMPT.match(fence.lines[0]) if fence.lines else None
    if not first:
        raise ParseError(
            "block does not begin with a command; begin it with a prompt, '$ ' or '# '",
            Location(path=fence.location.path, line=fence.location.line + 1),
        )
    prompts = [
        (index, match)
        for index, line in enumerate(fence.lines)
        if (match := _PROMPT.match(line)) and match["char"] == first["char"]
        # An output such as "cost$ 5" is no prompt of a host.
        if match["host"] is None or index == 0 or looks_meant(match["host"], world.hosts)
    ]
    _refuse_other_prompts(fence, first["char"], world)
    ends = [index for index, _ in prompts[1:]] + [len(fence.lines)]
    for (begin, match), end in zip(prompts, ends, strict=True):
        command = _command(fence, match, begin, fence.lines[begin + 1 : end])
        if command.host is not None:
            command = replace(command, hosts=_hosts(command.host, command.location, world))
        _check_prompt(command, world)
        yield command


def _refuse_other_prompts(fence: Fence, char: str, world: World) -> None:
    """What was meant to run as somebody else would be taken for output, and rewritten as such."""
    for number, line in enumerate(fence.lines, start=fence.location.line + 1):
        match = _PROMPT.match(line)
        if not match or match["char"] == char or not match["host"]:
            continue
        if names_declared(match["host"], world.hosts):
            whose = "of root on" if match["char"] == "#" else "on"
            raise ParseError(
                f"'{match['host']}{match['char']} ' looks like a prompt {whose} {match['host']};"
                " begin a block of its own with it",
                Location(path=fence.location.path, line=number),
            )


def _command(fence: Fence, match: re.Match[str], begin: int, following: tuple[str, ...]) -> Command:
    location = Location(path=fence.location.path, line=fence.location.line + 1 + begin)
    continued = 0
    while continued < len(following) and re.match(r"> |>$", following[continued]):
        continued += 1
    text = "\n".join((match["text"], *(line[2:] for line in following[:continued])))
    claim = _claim(following[continued:], location.line + 1 + continued)
    return Command(
        text=text, location=location, claim=claim, root=match["char"] == "#", host=match["host"]
    )


def _hosts(host: str, location: Location, world: World) -> tuple[str, ...]:
    if not world.hosts:
        raise ParseError(
            f"no host {host!r}: this post declares no hosts; write '$ ', or declare it in 'Hosts:'",
            location,
        )
    return meant(host, world.hosts, location)


def _check_prompt(command: Command, world: World) -> None:
    if command.root and not command.hosts and world.environment.runner not in _RUNNERS_WITH_ROOT:
        raise ParseError(
            f"'# ' is a prompt of root, whom environment {world.environment.name!r} does not"
            " have; write '$ ', or name a machine in 'Environment:', or a host of a network before"
            " the prompt",
            command.location,
        )


def _claim(lines: tuple[str, ...], first_line: int) -> Claim:
    claimed = list(lines)
    _drop_blank_end(claimed)
    status = None
    if claimed and (match := _STATUS.match(claimed[-1].rstrip())) and int(match["status"]) < 256:
        status = int(match["status"])
        claimed.pop()
        _drop_blank_end(claimed)
    return Claim(lines=tuple(claimed), status=status, first_line=first_line)


def _drop_blank_end(lines: list[str]) -> None:
    while lines and not lines[-1].strip():
        lines.pop()
