"""Sets text in fonts of pinned packages, and says what it cannot set.

Shaping is Pillow's basic one, since the other depends on the system's libraries. So what is
written from right to left, or joined to other letters, is not set at all: better no words than
boxes, or words with their letters in the wrong order.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import ImageFont

_FILES = {
    "sans": ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf"),
    "mono": ("fontpkg_jetbrains_mono", "JetBrainsMono[wght].ttf"),
}
_DECORATION = {"So", "Sk", "Cf", "Co", "Cn", "Cs", "Cc"}  # may be left out, letters may not
_FROM_THE_RIGHT = {"R", "AL", "AN"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A font in a weight, of which any size may be had."""

    family: str
    weight: int

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Return the font in that size, in pixels."""
        return _font(self.family, self.weight, size)

    def settable(self, text: str) -> str:
        """Return what can be set of the text: all but decoration, or nothing.

        A text of which a letter, digit or sign is missing in the font is left out whole.
        """
        kept = []
        for character in unicodedata.normalize("NFC", re.sub(r"[ \t\r\n]+", " ", text)):
            if self._has(character):
                kept.append(character)
            elif unicodedata.category(character) not in _DECORATION:
                return ""
        return "".join(kept).strip()

    def _has(self, character: str) -> bool:
        if character in " \N{NO-BREAK SPACE}":
            return True
        kind = unicodedata.category(character)
        if kind[0] in "CMZ" or unicodedata.bidirectional(character) in _FROM_THE_RIGHT:
            return False
        return _drawn(self, character) != _drawn(self, "\uffff")


def _drawn(face: Face, character: str) -> tuple[tuple[int, int], bytes]:
    mask = face.at(32).getmask(character)
    return mask.size, bytes(mask)


@lru_cache(maxsize=32)
def _font(family: str, weight: int, size: int) -> ImageFont.FreeTypeFont:
    package, name = _FILES[family]
    path = Path(str(files(package))) / "files" / name
    font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    axes = ((axis["name"], axis["default"] or 0) for axis in font.get_variation_axes())
    font.set_variation_by_axes(
        [float(weight if name == b"Weight" else usual) for name, usual in axes]
    )
    return font
