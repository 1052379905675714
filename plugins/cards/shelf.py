"""Keeps drawn cards by what they show, so that a card is drawn once for each change of its post."""

import hashlib
import os
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from json import dumps
from pathlib import Path
from shutil import copyfile

from .card import Card

_PACKAGES = ("pillow", "fontpkg-noto-sans", "fontpkg-jetbrains-mono")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The cards in a directory. What a build did not ask for is taken away at its end."""

    directory: Path
    drawing: str
    asked: set[str] = field(default_factory=set)

    def put(self, card: Card, target: Path) -> None:
        """Write the card's picture to the target, drawn now if it never was."""
        text = dumps([self.drawing, asdict(card)], sort_keys=True)
        name = f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.png"
        self.asked.add(name)
        kept = self.directory / name
        if not kept.is_file():
            _keep(kept, card)
        target.parent.mkdir(parents=True, exist_ok=True)
        copyfile(kept, target)

    def tidy(self) -> None:
        """Take away the cards that were not asked for."""
        for path in self.directory.glob("*.png"):
            if path.name not in self.asked:
                path.unlink(missing_ok=True)


def _keep(path: Path, card: Card) -> None:
    from .draw import png  # here, since a build in which nothing changed does without Pillow

    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.tmp")
    new.write_bytes(png(card))
    new.replace(path)


def drawing() -> str:
    """Return what else a picture depends on: how it is drawn, and the versions of what draws it."""
    here = Path(__file__).parent
    sources = (here / name for name in ("draw.py", "letters.py", "lines.py"))
    return dumps(
        [
            *(hashlib.sha256(source.read_bytes()).hexdigest() for source in sources),
            *(version(package) for package in _PACKAGES),
        ]
    )
