"""Reads the size of the feeds' logo, which planets show beside each post."""

import struct

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SMALLEST, LARGEST = 48, 144  # RSS allows 144 pixels of width; planets shrink what is larger


def png_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a PNG picture; raise `ValueError` that says why it is unfit."""
    if data[:8] != _SIGNATURE or len(data) < 24:
        raise ValueError("is no PNG picture; make it one of 96 by 96 pixels")
    width, height = struct.unpack(">II", data[16:24])
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise ValueError(f"has {width} by {height} pixels; make it 96 by 96")
    return width, height
