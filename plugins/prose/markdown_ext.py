"""The Markdown extension: the only module here that knows Python-Markdown."""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

from .ids import heading_id, ids
from .pictures import with_alt
from .titles import shown, title_html

# Before all that reads lines or the front matter ("meta" is 27), and right after the latter.
_FIRST, _AFTER_META = 29, 26
# After "inline" (20), which makes words of what the cells hold.
_AFTER_INLINE = 15
# After "raw_html" (30), which puts the author's own HTML back.
_AFTER_RAW_HTML = 25
# Around "toc" (5), which names headings.
_BEFORE_TOC, _AFTER_TOC = 6, 4
# What Markdown puts in the place of the author's own HTML until the end.
_STASHED = re.compile(f"{STX}[^{ETX}]*{ETX}")


class ProseExtension(Extension):
    """Cleans lines and titles, makes tables reachable, and keeps the ids of headings apart."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Register with one Markdown converter."""
        md.preprocessors.register(_Lines(md), "prose-lines", _FIRST)
        md.preprocessors.register(_Title(md), "prose-title", _AFTER_META)
        md.treeprocessors.register(_Tables(md), "prose-tables", _AFTER_INLINE)
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
                    parent[place] = _group(child)


def _group(table: Element) -> Element:
    heads = (" ".join(_STASHED.sub("", "".join(h.itertext())).split()) for h in table.iter("th"))
    label = ", ".join(head for head in heads if head)
    names = {"aria-label": f"Table: {label}" if label else "Table"}
    group = Element("div", {"class": "scroll", "tabindex": "0", "role": "group", **names})
    group.tail, table.tail = table.tail, None
    group.append(table)
    return group


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
