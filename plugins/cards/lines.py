"""Breaks a text into lines that fit, in the largest size in which they do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

Width = Callable[[str, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The lines of a text, and the size in which they fit."""

    lines: tuple[str, ...]
    size: int


def fit(text: str, sizes: Sequence[int], width: int, height: int, measure: Width) -> Fitted:
    """Return the text in the first of the sizes, from the largest, that fits.

    A line is 1.2 times as high as its letters. What is too long in any size ends in an ellipsis.
    """
    for size in sizes:
        lines = _wrapped(text, width, size, measure)
        whole = size == sizes[-1] or all(measure(word, size) <= width for word in text.split(" "))
        if whole and len(lines) <= _room(size, height):
            return Fitted(lines=_balanced(text, lines, width, size, measure), size=size)
    kept, rest = lines[: _room(size, height) - 1], lines[_room(size, height) - 1 :]
    last = cut(" ".join(rest), width, lambda part: measure(part, size))
    return Fitted(lines=(*kept, last), size=size)


def cut(text: str, width: float, measure: Callable[[str], float]) -> str:
    """Return the text, or as much of its beginning as fits with an ellipsis."""
    if measure(text) <= width:
        return text
    while text and measure(f"{text}…") > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def _room(size: int, height: int) -> int:
    return max(1, int(height // (size * 1.2)))


def _wrapped(text: str, width: float, size: int, measure: Width) -> tuple[str, ...]:
    lines = [""]
    for word in text.split(" "):
        extended = f"{lines[-1]} {word}".strip()
        if measure(extended, size) <= width:
            lines[-1] = extended
            continue
        *full, last = _pieces(word, width, size, measure)
        lines += [*full, last]
    return tuple(line for line in lines if line)


def _pieces(word: str, width: float, size: int, measure: Width) -> list[str]:
    """The word, in pieces if it is wider than a line."""
    pieces = [""]
    for character in word:
        if measure(pieces[-1] + character, size) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _balanced(
    text: str, lines: tuple[str, ...], width: int, size: int, measure: Width
) -> tuple[str, ...]:
    """The same number of lines in the narrowest column that breaks no word of them."""
    narrowest = max(width / 2, *(measure(word, size) for word in text.split(" ")))
    for narrower in range(ceil(narrowest), width, 20):
        found = _wrapped(text, narrower, size, measure)
        if len(found) <= len(lines):
            return found
    return lines
