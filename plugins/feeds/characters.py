"""Turns any text into text that XML 1.0 can carry.

A single character outside XML's set makes Pelican stop with half a feed written, or
write a feed that no parser accepts.
"""

_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
_REPLACED = dict.fromkeys((0xFFFE, 0xFFFF, *range(0xD800, 0xE000)), 0xFFFD)
_XML = {**_PICTURES, 0x7F: 0x2421, **_REPLACED}


def xml_text(text: str) -> str:
    """Return the text with control characters as their pictures, and the rest as U+FFFD."""
    return text.translate(_XML)
