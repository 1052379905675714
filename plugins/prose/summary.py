"""Finds the words that stand for a text where there is no room for it."""

import re
from collections.abc import Iterator
from html import escape

from selectolax.lexbor import LexborHTMLParser

_NOTE_NUMBERS = "sup[id^=fnref]"
_NO_PROSE = "figure, pre, table, .footnote, .toc"
_OF_A_NOTE = "footnote-backref"
# A note's mark, or code, where such a thing is something else.
_MARK = re.compile(r"<code\b.*?</code>|\[\^([^]<]+)\]", re.DOTALL)
_BREAK = re.compile(r"(<br\b[^>]*>)(?=\S)", re.IGNORECASE)


def summary_html(summary: str, content: str) -> str:
    """Return the summary without the numbers of notes, if it has words of its own.

    Else it is the first paragraph that has some, else the first item of a list, else what the
    first picture shows. Words on two lines stay apart where only words are left of it.
    """
    told = _without(summary, _NOTE_NUMBERS) if "fnref" in summary else summary
    told = _MARK.sub(lambda mark: "" if _is_note(mark[1], content) else mark[0], told)
    if _OF_A_NOTE in summary or not _words(told):
        told = next(_others(content), "")
    return _BREAK.sub(r"\1 ", told)


def _is_note(label: str | None, content: str) -> bool:
    return label is not None and f'id="fn:{label}"' in content


def _others(content: str) -> Iterator[str]:
    tree = LexborHTMLParser(_without(content, f"{_NOTE_NUMBERS}, {_NO_PROSE}"))
    yield from (p.html or "" for p in tree.css("p") if p.text().strip())
    items = (_without(item.inner_html or "", "ol, ul, dl") for item in tree.css("li, dd"))
    yield from (f"<p>{item.strip()}</p>" for item in items if _words(item))
    alts = (image.attributes.get("alt") or "" for image in LexborHTMLParser(content).css("img"))
    yield from (f"<p>{escape(alt, quote=False)}</p>" for alt in alts if alt.strip())


def _words(html: str) -> str:
    body = LexborHTMLParser(html).body
    return body.text().strip() if body else ""


def _without(html: str, selector: str) -> str:
    tree = LexborHTMLParser(html)
    for node in tree.css(selector):
        node.decompose()
    return (tree.body.inner_html or "") if tree.body else ""
