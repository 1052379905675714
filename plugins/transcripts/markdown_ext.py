"""The Markdown extension: puts woven fragments in the place of their lines."""

from __future__ import annotations

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from .weave import Fragment

# After "normalize_whitespace" (30) and before "meta" (27): the lines are those of the file.
_PRIORITY = 28
_OPTIONS = re.compile(r"^((?:`{3,}|~{3,}) *[^\s`~{]+) [^`\n]*$", re.MULTILINE)


class TranscriptsExtension(Extension):
    """Holds the fragments of one post for the one conversion of its text."""

    def __init__(self, fragments: tuple[Fragment, ...]) -> None:
        super().__init__()
        self._fragments = fragments

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Register with one Markdown converter."""
        md.preprocessors.register(_Weaver(md, self._fragments), "transcripts", _PRIORITY)


class _Weaver(Preprocessor):
    """Replaces the lines of each block by a mark that nothing else in Markdown touches."""

    def __init__(self, md: Markdown, fragments: tuple[Fragment, ...]) -> None:
        super().__init__(md)
        self._md = md
        self._left = fragments

    def run(self, lines: list[str]) -> list[str]:
        # Pelican converts some fields of the front matter with the same converter afterwards.
        fragments, self._left = self._left, ()
        for fragment in reversed(fragments):
            mark = self._md.htmlStash.store(fragment.html) if fragment.html else ""
            lines[fragment.first_line - 1 : fragment.last_line] = ["", mark, ""]
        return lines


def without_options(text: str) -> str:
    """A post that cannot be woven, with blocks that Markdown itself understands."""
    return _OPTIONS.sub(r"\1", text)
