"""Finds the tags that make words of a text vanish, or put the rest of a page into an element."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .elements import ENDED_BY_OTHERS, FOREIGN, HTML, IDLE, VOID

# Code and transcripts as they are made for a page: most of its tags, and none is an author's own.
_MADE = (
    r"""<pre(?:><span></span><code>|[ ](?:class="highlight"[ ])?tabindex="0"[ ]role="group"[ ])"""
)
# So are these as a rule, and with nothing but text in them they are as they should be.
_LEAF = "a|code|em|li|p|span|strong|td|th"
# As browsers read them: a quote counts only after "=", and a tag without its ">" is none.
_ATTRIBUTES = r"""(?:=\s*"[^"]*"|=\s*'[^']*'|[^>])*+"""
_TAG = re.compile(
    rf"""
    <!--(?:-?>|.*?--!?>) | <!\[CDATA\[.*?\]\]> | {_MADE}.*?</pre>
    | <(?P<leaf>{_LEAF})(?=[\s>]){_ATTRIBUTES}>[^<]*</(?P=leaf)>
    | <(?P<raw>iframe|noembed|noframes|script|style|textarea|title|xmp)(?=[\s/>]){_ATTRIBUTES}>
      .*?</(?P=raw)\s*>
    | (?P<comment><!--)
    | (?P<tag><(?P<end>/?)(?P<name>[a-z][^\s/>]*){_ATTRIBUTES}>)
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_BARE = re.compile(r"<[^\s/>]*\s*/?>")
_SWALLOWED = re.compile(r"<([a-z]\w*)")
_LONGEST = 60


class Tag(NamedTuple):
    """A tag as it was typed, and how many like it stand before it."""

    text: str
    name: str
    is_end: bool
    nth: int


class Mistake(NamedTuple):
    """What is wrong with a tag, and what to do; there are so many of this text in all."""

    tag: Tag
    times: int
    text: str


def mistakes(html: str) -> tuple[Mistake, ...]:
    """Return what is wrong with the tags, in the order in which it is noticed."""
    reading, times = _Reading(), Counter[str]()
    for tag in _tags(html, times):
        (reading.end if tag.is_end else reading.start)(tag)
    reading.finish()
    return tuple(Mistake(tag, times[tag.text], text) for tag, text in reading.found)


class _Reading:
    """The elements that are open at a place of the text, and what was found before it."""

    def __init__(self) -> None:
        self.found: list[tuple[Tag, str]] = []
        self._open: list[Tag] = []
        self._ended = Counter[str]()  # by others or never begun: their own end tags are no news
        self._unknown = set[str]()

    def start(self, tag: Tag) -> None:
        name = tag.name
        if tag.text.rfind("<") > 0:
            self._ended.update(_SWALLOWED.findall(tag.text, 1))
        if name == "!--":
            self._tell(tag, "is never closed; end it with -->")
        elif not self._is_known(name):
            self._unknown.add(name)
            self._tell(tag, "is no element of HTML", "put it in backquotes")
        elif name in VOID:
            if name in IDLE and _BARE.fullmatch(tag.text):
                self._tell(tag, "shows nothing without attributes", "put it in backquotes")
        elif not (tag.text.endswith("/>") and self._is_foreign(name)):
            self._open.append(tag)

    def end(self, tag: Tag) -> None:
        name = tag.name
        if self._open and self._open[-1].name == name:
            self._open.pop()
        elif any(one.name == name for one in self._open):
            for one in self._popped(name):
                self._ended[one.name] += 1
                self._tell(one, f"is not closed before {_shown(tag)}; end it with </{one.name}>")
        elif self._ended[name]:
            self._ended[name] -= 1
        elif self._is_known(name):
            self._tell(tag, "ends nothing; remove it")
        elif name not in self._unknown:
            self._tell(tag, "is no element of HTML", "put it in backquotes")

    def finish(self) -> None:
        for one in self._popped():
            self._tell(one, f"is never closed; end it with </{one.name}>")

    def _popped(self, name: str = "") -> Iterator[Tag]:
        """Close all that is open inside of the element; yield what should have been closed."""
        while self._open:
            one = self._open.pop()
            if one.name == name:
                return
            if not _may_stay_open(one.name, self._open):
                yield one

    def _is_known(self, name: str) -> bool:
        # One with a hyphen is the author's own, which a browser takes as well.
        return name in HTML or (name in FOREIGN and self._is_foreign(name)) or _is_own(name)

    def _is_foreign(self, name: str) -> bool:
        return name in {"svg", "math"} or any(one.name in {"svg", "math"} for one in self._open)

    def _tell(self, tag: Tag, wrong: str, remedy: str = "") -> None:
        typed = _shown(tag).replace("<", "&lt;", 1)
        rest = f"; write {typed}, or {remedy}" if remedy else f", or write {typed} if it is text"
        self.found.append((tag, f"{_shown(tag)} {wrong}{rest}"))


def _tags(html: str, times: Counter[str]) -> Iterator[Tag]:
    """The tags one by one, but for those of elements that hold none; each is counted."""
    for match in _TAG.finditer(html):
        text = match["tag"] or match["comment"]
        if text:
            yield Tag(text, (match["name"] or "!--").lower(), match["end"] == "/", times[text])
            times[text] += 1
        if match["comment"]:
            return  # all that follows is in it


def _may_stay_open(name: str, around: Sequence[Tag]) -> bool:
    enders = ENDED_BY_OTHERS.get(name)
    return enders is not None and (not enders or any(one.name in enders for one in around))


def _is_own(name: str) -> bool:
    return re.fullmatch(r"[a-z][\w.]*-[\w.-]*", name) is not None


def _shown(tag: Tag) -> str:
    fits = len(tag.text) <= _LONGEST and "\n" not in tag.text and "<" not in tag.text[1:]
    return tag.text if fits else f"<{'/' * tag.is_end}{tag.name} …>"
