"""Draws a card: site, title, date and verdict on paper, and a terminal across its foot."""

from collections.abc import Callable
from functools import partial
from io import BytesIO

from PIL import Image, ImageDraw

from .card import Card, Example
from .letters import Face
from .lines import cut, fit

WIDTH, HEIGHT = 1200, 630  # what those who show cards recommend

# The theme's light palette.
_PAGE, _TEXT, _MUTED, _LINE = "#fdfcf9", "#1d1c1a", "#55514a", "#dad6cc"
_HOLDS, _CHANGED = "#1c6b2f", "#8f4a00"
_SCREEN, _COMMAND, _OUTPUT, _PROMPT = "#1d1c1a", "#ffffff", "#d8d5cd", "#9c978d"

_LEFT, _TOP = 72, 60
_TERMINAL = 176  # pixels of height
_SIZES = (84, 76, 68, 60, 54, 48, 42)
_COLOURS = 64  # of which most are shades between a letter and its ground

_NAME, _TITLE, _FACTS = (
    Face(family="sans", weight=600),
    Face(family="sans", weight=700),
    Face(family="sans", weight=500),
)
_TYPED, _PRINTED = Face(family="mono", weight=700), Face(family="mono", weight=400)


def png(card: Card) -> bytes:
    """Return the card as a PNG. What the fonts cannot set is left out."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAGE)
    draw = ImageDraw.Draw(image)
    site, title = _NAME.settable(card.site), _TITLE.settable(card.title)
    example = card.example if card.example and _TYPED.settable(card.example.command) else None
    foot = HEIGHT - (_TERMINAL if example else 0)
    _head(draw, site if title and title != site else "")
    _words(draw, title or site, foot)
    _facts(draw, card, foot)
    if example:
        _terminal(draw, example)
    data = BytesIO()
    image.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        data, "PNG", optimize=True
    )
    return data.getvalue()


def _head(draw: ImageDraw.ImageDraw, site: str) -> None:
    """The blog's mark, a prompt on a screen, and its name."""
    left, top, size = _LEFT, _TOP, 48
    draw.rounded_rectangle((left, top, left + size, top + size), 9, fill=_SCREEN)
    x, y = left + 13, top + 13
    draw.line([(x, y), (x + 11, y + 11), (x, y + 22)], _COMMAND, 5, "curve")
    draw.line([(x + 13, y + 22), (x + 24, y + 22)], _COMMAND, 5)
    if site:
        text = cut(site, WIDTH - 2 * _LEFT - size - 20, _NAME.at(32).getlength)
        draw.text((left + size + 20, top + size / 2), text, _TEXT, _NAME.at(32), anchor="lm")


def _words(draw: ImageDraw.ImageDraw, text: str, foot: int) -> None:
    """The title, from the largest size in which it fits between the head and the facts."""
    top, bottom = _TOP + 48 + 28, foot - 96

    def measure(part: str, size: int) -> float:
        return _TITLE.at(size).getlength(part)

    fitted = fit(text, _SIZES, WIDTH - 2 * _LEFT, bottom - top, measure)
    step = fitted.size * 1.2
    start = top + (bottom - top - step * len(fitted.lines)) / 2
    for number, line in enumerate(fitted.lines):
        middle = start + step * (number + 0.5)
        draw.text((_LEFT - 3, middle), line, _TEXT, _TITLE.at(fitted.size), anchor="lm")


def _facts(draw: ImageDraw.ImageDraw, card: Card, foot: int) -> None:
    """The date and the verdict, whose words say what its colour does."""
    x, y = float(_LEFT), foot - 56
    for text, colour, face in (
        (card.date, _MUTED, _FACTS),
        (card.verdict, _HOLDS if card.holds else _CHANGED, _TITLE),
    ):
        shown = face.settable(text)
        if shown and x > _LEFT:
            shown = f"·  {shown}"
        draw.text((x, y), shown, colour, face.at(32), anchor="lm")
        x += face.at(32).getlength(f"{shown}  ") if shown else 0


def _terminal(draw: ImageDraw.ImageDraw, example: Example) -> None:
    top = HEIGHT - _TERMINAL
    draw.rectangle((0, top, WIDTH, HEIGHT), fill=_SCREEN)
    output = _PRINTED.settable(example.output)
    middle = top + _TERMINAL / 2
    rows = (middle - 27, middle + 27) if output else (middle, middle)
    prompt = _PRINTED.settable(example.prompt)
    x = float(_LEFT)
    if prompt:
        _row(draw, (x, rows[0]), f"{prompt} ", _PROMPT, _PRINTED)
        x += _PRINTED.at(34).getlength(f"{prompt} ")
    _row(draw, (x, rows[0]), _TYPED.settable(example.command), _COMMAND, _TYPED)
    _row(draw, (_LEFT, rows[1]), output, _OUTPUT, _PRINTED)


def _row(
    draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: str, face: Face
) -> None:
    measure: Callable[[str], float] = partial(face.at(34).getlength)
    draw.text(place, cut(text, WIDTH - _LEFT - place[0], measure), colour, face.at(34), anchor="lm")
