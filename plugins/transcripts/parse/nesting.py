"""Says of each line of prose where Markdown sees it: in a list, in a quotation, as literal code.

Markdown finds fenced blocks only at the start of a line. Anywhere else it takes the fences for
marks of inline code, unless the line is literal code by its indentation.
"""

from __future__ import annotations

import re

_TAB = 4
_HEADING = re.compile(r"#{1,6}")
# List items, definitions and footnotes: what follows them belongs to them when it is indented.
_ITEM = re.compile(
    r" *(?:(?:[-*+]|\d+\.)[ ]+|(?P<definition>:[ ]{1,3}(?=\S))|(?P<note>\[\^[^\]]*\]:[ ]*))"
)
_QUOTE = re.compile(r" {0,3}>[ ]?")
_FENCE = re.compile(r"(?:`{3,}[^`]*|~{3,}.*)$")
_RAW = {"<!--": "-->", "<pre": "</pre>"}


class Nesting:
    """Follows the lines of a post, but those of its fenced blocks, from the first one on."""

    def __init__(self) -> None:
        self._depth = 0
        """How many lists, each an item of the one before, a line indented enough would go on."""
        self._after_break = True
        """Whether no paragraph is open that the next line could go on."""
        self._code = False
        self._quoting = False
        """Whether a paragraph of a quotation is open."""
        self._raw = ""
        """What ends the HTML that is open, if any."""

    def block(self) -> None:
        """Go past a fenced block."""
        self._depth, self._after_break, self._code, self._quoting = 0, True, False, False

    def misplaced(self, line: str) -> str:
        """Go past a line. Return why it begins no block, if it has a fence all the same."""
        line = line.expandtabs(_TAB).rstrip()
        if self._raw or not line:
            self._blank(line)
            return ""
        indent = len(line) - len(line.lstrip())
        if not indent and not _ITEM.match(line) and (self._after_break or _HEADING.match(line)):
            self._depth = 0
        self._code = indent >= _TAB * (self._depth + 1) and (self._after_break or self._code)
        if self._code:
            return ""
        found = self._with_fence(line)
        self._open(line, indent)
        return found

    def _blank(self, line: str) -> None:
        if not self._raw:
            self._after_break, self._quoting = True, False
        elif self._raw in line:
            self._raw = ""

    def _open(self, line: str, indent: int) -> None:
        item = _ITEM.match(line)
        begins = item and (item["note"] or self._after_break == (not item["definition"]))
        if item and (self._depth or begins):
            self._depth = min(indent // _TAB, self._depth) + 1
        for opening, end in _RAW.items():
            if line.lstrip().startswith(opening) and end not in line:
                self._raw = end
        quote = _QUOTE.match(line)
        if quote and (self._quoting or not line.startswith(" " * _TAB, quote.end())):
            self._quoting = quote.end() < len(line)
        self._after_break = bool(_HEADING.match(line))

    def _with_fence(self, line: str) -> str:
        rest, quoted, items = line, False, 0
        while match := _QUOTE.match(rest) or _ITEM.match(rest):
            quoted, items = quoted or ">" in match[0], items + (">" not in match[0])
            rest = rest[match.end() :]
        inner = rest.lstrip()
        literal = quoted and not self._quoting and len(rest) - len(inner) >= _TAB
        if not _FENCE.match(inner) or inner == line or literal:
            return ""
        if quoted:
            return (
                "block begins inside a quotation; begin it at the line's start, or leave the fences"
                " out and write '>' and 5 spaces before each line, after a line of '>'"
            )
        if depth := max(self._depth, items):
            return (
                "block begins inside a list; begin it at the line's start, or leave the fences out"
                f" and indent each line by {_TAB * (depth + 1)} spaces, after an empty line"
            )
        return "block is indented; begin it at the line's start"
