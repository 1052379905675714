"""Finds the line of a post's front matter that a complaint is about."""


def line_of(text: str, field: str) -> int:
    """Return the number of the line on which the field begins, or 1 if it is not there."""
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, _ = line.partition(":")
        if colon and name.strip().lower() == field:
            return number
        if not line.strip():
            break
    return 1
