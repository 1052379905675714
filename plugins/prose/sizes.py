"""Reads the size of a picture from its file, in the pixels in which a browser shows it."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

_LENGTH = re.compile(r"\s*\+?(\d+(?:\.\d*)?|\.\d+)\s*(px|pt|pc|mm|cm|in)?\s*")
_PIXELS = {"pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_ORIENTATION = 0x0112
_ON_THEIR_SIDES = frozenset({5, 6, 7, 8})


def read_size(path: Path) -> tuple[int, int] | None:
    """Return width and height in CSS pixels; None if the file is no picture that tells."""
    try:
        return _svg_size(path) if path.suffix.lower() == ".svg" else _pixels(path)
    except (OSError, ValueError, ET.ParseError):  # an address may hold what no path can
        return None


def _pixels(path: Path) -> tuple[int, int] | None:
    from PIL import Image  # here, since a build without pictures does without Pillow

    try:
        with Image.open(path) as picture:
            width, height = picture.size
            # A browser turns what the camera was turned.
            turned = picture.getexif().get(_ORIENTATION) in _ON_THEIR_SIDES
    except Image.DecompressionBombError:
        return None
    return (height, width) if turned else (width, height)


def _svg_size(path: Path) -> tuple[int, int] | None:
    # Its root tells: a plot may have megabytes.
    with path.open("rb") as file:
        root = next(ET.iterparse(file, events=("start",)))[1]  # noqa: S314 — the author's own
    box = [_length(number) for number in root.get("viewBox", "").replace(",", " ").split()[2:]]
    shape = (box[0], box[1]) if len(box) == 2 and all(box) else None
    width, height = (_length(root.get(name, "")) for name in ("width", "height"))
    if shape and not (width or height):
        width, height = shape
    elif shape:
        width = width or height * shape[0] / shape[1]
        height = height or width * shape[1] / shape[0]
    return (max(1, round(width)), max(1, round(height))) if width and height else None


def _length(text: str) -> float:
    """The length in pixels; 0 for what depends on a page, such as a percentage."""
    match = _LENGTH.fullmatch(text)
    return float(match[1]) * _PIXELS.get(match[2] or "", 1.0) if match else 0.0
