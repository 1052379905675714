"""Finds the words that stand for a text where there is no room for it."""

from collections.abc import Iterator
from html import escape

from selectolax.lexbor import LexborHTMLParser

_NOTE_NUMBERS = "sup[id^=fnref]"
_NO_PROSE = "figure, pre, table, .footnote, .toc"


def summary_html(summary: str, content: str) -> str:
    """Return the summary without the numbers of notes, if it has words.

    Else it is the first paragraph that has some, else what the first picture shows.
    """
    told = _without(summary, _NOTE_NUMBERS) if "fnref" in summary else summary
    return told if _words(told) else next(_others(content), "")


def _others(content: str) -> Iterator[str]:
    tree = LexborHTMLParser(_without(content, f"{_NOTE_NUMBERS}, {_NO_PROSE}"))
    yield from (p.html or "" for p in tree.css("p") if p.text().strip())
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
