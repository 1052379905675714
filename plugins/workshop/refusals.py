"""Asks several targets before any of them is written to, and tells each refusal in its own line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

from .errors import MisuseError, WorkshopError

Answer = TypeVar("Answer")


def ask(names: Iterable[str], question: Callable[[str], Answer]) -> dict[str, Answer]:
    """The answer of each target to a question, by its name; raises when one of them refuses."""
    asked = list(names)
    answers: dict[str, Answer] = {}
    refusals: dict[str, WorkshopError] = {}
    for name in asked:
        try:
            answers[name] = question(name)
        except WorkshopError as error:
            refusals[name] = error
    if refusals:
        raise _told(asked, refusals)
    return answers


def _told(asked: list[str], refusals: dict[str, WorkshopError]) -> WorkshopError:
    """The one refusal that there is, or the sum of those told here."""
    lines = {name: _line(name, error, asked) for name, error in refusals.items()}
    misuse = any(isinstance(error, MisuseError) for error in refusals.values())
    kind = MisuseError if misuse else WorkshopError
    if len(lines) == 1:
        return kind(*lines.values())
    for line in lines.values():
        print(f"publish: {line}", file=sys.stderr)
    return kind(
        f"{len(lines)} of {len(asked)} targets refuse (see above), so nothing was deployed; mend"
        " that, or leave them out"
    )


def _line(name: str, error: WorkshopError, asked: list[str]) -> str:
    """What is wrong, with the target if the words do not name it and it could be another."""
    named = len(asked) == 1 or isinstance(error, MisuseError) or str(error).startswith(f"{name}: ")
    return str(error) if named else f"{name}: {error}"
