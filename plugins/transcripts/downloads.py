"""Makes what a reader can take away from a session, and measures its pictures."""

from __future__ import annotations

import re
import shlex
import struct
from collections.abc import Iterator
from pathlib import Path

from .model import Artifact, Command, File, Session

_MOST_READ = 4096
_NUMBER = r"([0-9]{1,6}(?:\.[0-9]+)?|\.[0-9]+)"


def script(session: Session) -> str:
    """The commands of a session, hidden ones too, as a shell script to run elsewhere."""
    lines = ["#!/bin/bash", ""]
    for step in session.steps:
        match step:
            case Command():
                lines.append(step.text)
            case File():
                lines += _file(step)
            case Artifact():
                pass
    return "\n".join(lines) + "\n"


def _file(file: File) -> Iterator[str]:
    end = "END"
    while f"\n{end}\n" in f"\n{file.text}":
        end += "_"
    if "/" in file.path:
        yield f"mkdir -p -- {shlex.quote(str(Path(file.path).parent))}"
    yield f"cat >{shlex.quote(file.path)} <<'{end}'"
    yield f"{file.text}{end}"


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG or SVG in CSS pixels; 640 by 480 where its begin does not say."""
    data = data[:_MOST_READ]
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    tag = re.search(rb"<svg\b[^>]*>", data)
    text = tag[0].decode("utf-8", "replace") if tag else ""
    sizes = [
        re.search(rf"""\s{name}=["']{_NUMBER}(px|pt|mm|cm|in)?["']""", text)
        for name in ("width", "height")
    ]
    if all(sizes):
        scale = {"pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
        width, height = (round(float(m[1]) * scale.get(m[2] or "", 1.0)) for m in sizes if m)
        return width, height
    corner = r"[\d.-]+[ ,]+[\d.-]+[ ,]+"
    if box := re.search(rf"""viewBox=["']{corner}{_NUMBER}[ ,]+{_NUMBER}["']""", text):
        return round(float(box[1])), round(float(box[2]))
    return 640, 480
