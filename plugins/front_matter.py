"""Finds the line of a post's front matter that a complaint is about.

Pelican loads each plugin by itself, where none can import what stands beside it. So the folder of
each plugin that complains of fields has a link to this file.
"""

from itertools import takewhile


def line_of(text: str, field: str, value: str = "") -> int | None:
    """Return the number of the field's first line that has the value, else of its first line.

    It is None where the front matter does not give the field.
    """
    first = None
    within = False
    for number, line in enumerate(takewhile(str.strip, text.splitlines()), start=1):
        name, colon, _ = line.partition(":")
        if not line.startswith("    "):  # a line so indented goes on with the field before it
            within = bool(colon) and name.strip().lower() == field
        if within and value in line:
            return number
        if within and first is None:
            first = number
    return first
