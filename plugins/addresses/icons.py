"""Draws the icons that browsers and feed readers ask for by name: the prompt of the pages' icon."""

from io import BytesIO

from PIL import IcoImagePlugin, Image, ImageDraw

_GROUND, _INK = (34, 34, 34, 255), (255, 255, 255, 255)
_SCALE = 4  # drawn that much larger, then reduced, for smooth edges


def favicon() -> bytes:
    """Return favicon.ico, with 16 and 32 pixels."""
    data = BytesIO()
    large, small = _icon(32, radius=6), _icon(16, radius=3)
    large.save(
        data,
        IcoImagePlugin.IcoImageFile.format,
        sizes=[(16, 16), (32, 32)],
        append_images=[small],
        bitmap_format="bmp",
    )
    return data.getvalue()


def touch_icon() -> bytes:
    """Return apple-touch-icon.png: square and without gaps, as devices cut its corners."""
    data = BytesIO()
    _icon(180, radius=0).convert("RGB").save(data, "PNG", optimize=True)
    return data.getvalue()


def _icon(size: int, radius: int) -> Image.Image:
    """Draw `>_` on dark ground, in the proportions of the icon in the pages."""
    unit = size * _SCALE / 16
    image = Image.new("RGBA", (size * _SCALE, size * _SCALE))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, 16 * unit - 1, 16 * unit - 1), radius * _SCALE, fill=_GROUND)
    pen = round(2 * unit)
    draw.line(
        [(4 * unit, 4 * unit), (8 * unit, 8 * unit), (4 * unit, 12 * unit)], _INK, pen, "curve"
    )
    draw.line([(9 * unit, 12 * unit), (13 * unit, 12 * unit)], _INK, pen)
    return image.resize((size, size), Image.Resampling.LANCZOS)
