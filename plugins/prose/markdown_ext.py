"""The Markdown extension: the only module here that knows Python-Markdown."""

import re
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

from .ids import heading_id, ids
from .pictures import alt_of, with_alt
from .references import References
from .titles import shown, title_html

# Before all that reads lines or the front matter ("meta" is 27), and right after the latter.
_FIRST, _AFTER_META = 29, 26
# After "inline" (20), which makes words of what the cells hold.
_AFTER_INLINE = 15
# After "footnote" (175) and "reference" (170) have taken what has a definition.
_AFTER_REFERENCE = 169
# After "raw_html" (30), which puts the author's own HTML back.
_AFTER_RAW_HTML = 25
# Around "toc" (5), which names headings.
_BEFORE_TOC, _AFTER_TOC = 6, 4
# What Markdown puts in the place of an escaped sign, an ampersand, and the author's own HTML.
_STASHED = re.compile(f"{STX}(?:(\\d+)|(amp)|wzxhzdk:(\\d+)|[^{ETX}]*){ETX}")
# A note, or a text with a label. An index behind a name, as m[i][j], is none; nor is text before
# a link of its own.
_REFERENCE = (
    r"\[\^([^\]]+)\]"
    r"|(?<![A-Za-z0-9_)\]])!?\[([^\[\]]*[^\[\]\s][^\[\]]*)\]\[(?!\^)([^\[\]]*)\](?!\()"
)


class ProseExtension(Extension):
    """Cleans lines and titles, makes tables reachable, and keeps the ids of headings apart.

    It also leaves in the front matter, as ``prose_references``, what of the text leads nowhere.
    """

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Register with one Markdown converter."""
        md.preprocessors.register(_Lines(md), "prose-lines", _FIRST)
        md.preprocessors.register(_Title(md), "prose-title", _AFTER_META)
        md.treeprocessors.register(_Tables(md), "prose-tables", _AFTER_INLINE)
        left = _Unanswered(_REFERENCE, md)
        md.inlinePatterns.register(left, "prose-references", _AFTER_REFERENCE)
        md.treeprocessors.register(_Gathered(md, left), "prose-gathered", _AFTER_INLINE)
        taken = Element("div")
        md.treeprocessors.register(_TakenIds(md, taken), "prose-taken-ids", _BEFORE_TOC)
        md.treeprocessors.register(_Away(taken), "prose-away", _AFTER_TOC)
        if "toc" in md.treeprocessors:
            md.treeprocessors["toc"].slugify = heading_id  # type: ignore[attr-defined]  # of "toc"
        md.postprocessors.register(_Pictures(md), "prose-pictures", _AFTER_RAW_HTML)


class _Lines(Preprocessor):
    """Shows control characters. The number of lines stays, since errors name them."""

    def run(self, lines: list[str]) -> list[str]:
        return [shown(line) for line in lines]


class _Title(Preprocessor):
    """Makes the title of the front matter HTML, as Pelican takes it for."""

    def run(self, lines: list[str]) -> list[str]:
        fields: dict[str, list[str]] = getattr(self.md, "Meta", {})
        if "title" in fields:
            # One line, even of several: Pelican drops a post whose title is a list.
            fields["title"] = [title_html(" ".join(filter(None, fields["title"])))]
        return lines


class _Tables(Treeprocessor):
    """Puts each table into a group that scrolls and takes the focus, named by its head."""

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for place, child in enumerate(parent):
                if child.tag == "table":
                    parent[place] = self._group(child)

    def _group(self, table: Element) -> Element:
        heads = (" ".join(self._typed("".join(_words(th))).split()) for th in table.iter("th"))
        label = ", ".join(head for head in heads if head)
        names = {"aria-label": f"Table: {label}" if label else "Table"}
        group = Element("div", {"class": "scroll", "tabindex": "0", "role": "group", **names})
        group.tail, table.tail = table.tail, None
        group.append(table)
        return group

    def _typed(self, words: str) -> str:
        return _STASHED.sub(self._sign, words)

    def _sign(self, stashed: re.Match[str]) -> str:
        sign, ampersand, number = stashed.groups()
        if sign:
            return chr(int(sign))
        if not number:
            return "&" if ampersand else ""
        html = str(self.md.htmlStash.rawHtmlBlocks[int(number)])
        return unescape(html) if html.startswith("&") else alt_of(html)


def _words(element: Element) -> Iterator[str]:
    """What a reader hears of an element, with the words of its pictures."""
    yield element.get("alt", "") if element.tag == "img" else element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


class _Unanswered(InlineProcessor):
    """Sees which notes and references are left, outside of code, and leaves them as they are."""

    def __init__(self, pattern: str, md: Markdown) -> None:
        super().__init__(pattern, md)
        self.found: dict[tuple[str | None, ...], None] = {}  # in the order of the text

    def handleMatch(  # type: ignore[override]  # noqa: N802 — Python-Markdown's name
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 — Python-Markdown gives it
    ) -> tuple[None, None, None]:
        self.found[m.groups()] = None
        return None, None, None


class _Gathered(Treeprocessor):
    """Adds to the front matter which notes and references of the text have no definition."""

    def __init__(self, md: Markdown, left: _Unanswered) -> None:
        super().__init__(md)
        self._left = left

    def run(self, root: Element) -> None:  # noqa: ARG002 — Python-Markdown gives it
        fields: dict[str, list[object]] = getattr(self.md, "Meta", {})
        found = References(
            notes=tuple(note for note, *_ in self._left.found if note and STX not in note),
            unused=tuple(self._unused()),
            links=tuple(self._undefined()),
        )
        if found != References():
            fields["prose_references"] = [found]

    def _unused(self) -> Iterator[str]:
        if "footnote" in self.md.treeprocessors:
            notes = self.md.treeprocessors["footnote"].footnotes  # type: ignore[attr-defined]
            yield from (label for label in notes.footnotes if label not in notes.footnote_order)

    def _undefined(self) -> Iterator[str]:
        for _, text, label in self._left.found:
            name = " ".join((label or text or "").split())
            if text and STX not in name and name.lower() not in self.md.references:
                yield f"[{'…' if STX in text else text}][{label}]"


class _TakenIds(Treeprocessor):
    """Lets headings find which ids are taken, by examples and by the author's own HTML too.

    A heading makes way, wherever it stands: the ids of examples are in lists of them.
    """

    def __init__(self, md: Markdown, taken: Element) -> None:
        super().__init__(md)
        self._md = md
        self._taken = taken

    def run(self, root: Element) -> None:
        self._taken.clear()
        for html in self._md.htmlStash.rawHtmlBlocks:
            self._taken.extend(Element("a", {"id": name}) for name in ids(str(html)))
        root.append(self._taken)


class _Away(Treeprocessor):
    """Takes that out again."""

    def __init__(self, taken: Element) -> None:
        super().__init__()
        self._taken = taken

    def run(self, root: Element) -> None:
        root.remove(self._taken)


class _Pictures(Postprocessor):
    """Gives a picture without a text an empty one: the page is valid, whoever tells the author."""

    def run(self, text: str) -> str:
        return with_alt(text)
