"""Reads the size of pictures, so that an aggregator can leave room for them."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image

Size = tuple[int, int]
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)(?:px)?\s*")


def size_of(files: Mapping[str, Path]) -> Callable[[str], Size | None]:
    """Return a function that gives the size of the picture at a URL, if it is one of the files."""

    def size(url: str) -> Size | None:
        return read_size(files[url]) if url in files else None

    return size


def read_size(path: Path) -> Size | None:
    """Return width and height in CSS pixels; None if the file does not tell."""
    try:
        if path.suffix.lower() == ".svg":
            return _svg_size(ET.parse(path).getroot())  # noqa: S314 - a picture of the author's own
        with Image.open(path) as picture:
            return picture.size
    except (OSError, ET.ParseError):
        return None


def _svg_size(root: ET.Element) -> Size | None:
    lengths = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    found = [match[1] for match in lengths if match]
    if len(found) < 2:
        found = root.get("viewBox", "").replace(",", " ").split()[2:]
    try:
        width, height = (round(float(number)) for number in found)
    except ValueError:
        return None
    return width, height
