"""Turns exchanges, histories and static blocks into what a reader sees of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_by_name
from pygments.util import ClassNotFound

from .model import Command, Exchange, Hide, StaticBlock
from .render import Shown, history

_FORMATTER = HtmlFormatter(nowrap=True)
_PROMPT = re.compile(r"^(?P<prompt>[A-Za-z0-9._\[\]-]*[$#] )(?P<text>.*)$")


def shown_exchange(exchange: Exchange, hide: Hide, differs: frozenset[int] = frozenset()) -> Shown:
    """What was seen of a command, but for what its block hides."""
    output = () if hide is Hide.OUTPUT else exchange.output
    return Shown(
        prompt=exchange.prompt,
        command=exchange.command,
        output=output,
        status=exchange.status,
        notes=exchange.notes,
        differs=differs,
    )


def shown_history(command: Command, differs: frozenset[int] = frozenset()) -> Shown:
    """What the post remembers of a command."""
    return Shown(
        prompt=command.prompt,
        command=command.text,
        output=history(command.claim.lines),
        status=command.claim.status or 0,
        differs=differs,
    )


def static_commands(block: StaticBlock) -> tuple[Shown, ...]:
    """A console block as it stands; lines before the first prompt are output of no command."""
    first = next((m for line in block.lines if (m := _PROMPT.match(line))), None)
    char = first["prompt"][-2] if first else ""
    found: list[tuple[str, str, list[str]]] = []
    for line in block.lines:
        match = _PROMPT.match(line)
        if match and match["prompt"][-2] == char:
            found.append((match["prompt"], match["text"], []))
        elif found and not found[-1][2] and re.match(r"> |>$", line):
            prompt, text, output = found.pop()
            found.append((prompt, f"{text}\n{line[2:]}", output))
        elif found:
            found[-1][2].append(line)
        else:
            found.append(("", "", [line]))
    return tuple(
        Shown(prompt=prompt, command=text, output=history(output)) for prompt, text, output in found
    )


def label_of(commands: tuple[Shown, ...]) -> str:
    """The program that a transcript is about, for ids and screen readers: its last command's."""
    words = [
        word
        for command in commands
        for word in command.command.split("\n")[0].split()[:1]
        if re.match(r"^[A-Za-z./]", word) and "=" not in word
    ]
    return Path(words[-1]).name if words else "example"


def slug(text: str) -> str:
    """A text as an id can hold it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def highlighted(text: str, language: str) -> str:
    """A file as HTML with the classes of Pygments."""
    return str(highlight(text, _lexer(language), _FORMATTER))


@cache
def _lexer(language: str) -> Lexer:
    try:
        lexer: Lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    return lexer
