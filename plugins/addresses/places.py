"""Finds the line of a post's front matter that a complaint is about."""

from itertools import takewhile


def line_of(text: str, field: str, value: str = "") -> int:
    """Return the number of the field's first line that has the value, else of its first, else 1."""
    found = [0]
    within = False
    for number, line in enumerate(takewhile(str.strip, text.splitlines()), start=1):
        name, colon, _ = line.partition(":")
        if not line.startswith("    "):  # a line so indented goes on with the field before it
            within = bool(colon) and name.strip().lower() == field
        if within and value in line:
            return number
        if within:
            found.append(number)
    return found[1] if found[1:] else 1
