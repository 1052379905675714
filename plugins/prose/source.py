"""Finds the line of a source on which something of its page was typed."""

import re
from functools import cached_property
from itertools import product

# As "fenced_code" takes them; an info string with backquotes is none.
_FENCED = r"^(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?\n)??(?P=fence)[ ]*$"
_INDENTED = r"(?<=\n\n)(?:(?:[ ]{4}|\t)[^\n]*(?:\n|\Z))+"
_SPAN = r"(?<![\\`])(?P<quotes>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=quotes)(?!`)"
_BLOCK = re.compile(_FENCED, re.MULTILINE | re.DOTALL)
_CODE = re.compile(f"{_FENCED}|{_SPAN}", re.MULTILINE | re.DOTALL)
_ANY_CODE = re.compile(f"{_FENCED}|{_INDENTED}|{_SPAN}", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"<[A-Za-z/!]")
_HEAD = re.compile(r"(?:[^\n]*\S[^\n]*\n?)*")


class Source:
    """A text as its author typed it: first its front matter, then what the page shows."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")

    def may_have_markup(self) -> bool:
        """Whether a tag may be of the author's own; in most texts none is."""
        return bool(_MARKUP.search(self._text) and _MARKUP.search(_BLOCK.sub("", self._text)))

    def has_field(self, name: str) -> bool:
        """Whether the front matter has the field."""
        return re.search(rf"(?im)^{name}\s*:", self._head) is not None

    def line(self, *patterns: str, nth: int = 0, times: int = 0) -> int:
        """Return the line of what is typed outside of code, or 1 if that is nowhere.

        It is the one of that number, if there are as many of them, else the first. A pattern
        counts if there is nothing of those before it.
        """
        for pattern, text in product(patterns, self._without_code):
            found = [match.start() for match in re.finditer(pattern, text, re.MULTILINE)]
            if found:
                place = found[nth if len(found) == times else 0]
                return text.count("\n", 0, place) + 1
        return 1

    def field_line(self, pattern: str) -> int:
        """Return the line of what is typed in the front matter, or 1."""
        match = re.search(pattern, self._head)
        return self._head.count("\n", 0, match.start()) + 1 if match else 1

    @cached_property
    def _head(self) -> str:
        match = _HEAD.match(self._text)
        return match[0] if match else ""

    @cached_property
    def _without_code(self) -> tuple[str, str]:
        """The text without its code; what is indented may be code, or a part of a list."""
        body = _blank(self._head) + self._text[len(self._head) :]
        return _ANY_CODE.sub(_blanked, body), _CODE.sub(_blanked, body)


def _blanked(match: re.Match[str]) -> str:
    return _blank(match[0])


def _blank(text: str) -> str:
    """Nothing on as many lines."""
    return "\n" * text.count("\n")
