"""Turns transcripts into HTML for a page and for a feed, and into plain text and shell script.

Page and feed show one structure; a feed reader that strips every class and style, and never
runs a script, must lose nothing. See "Transcripts on a page, and in a feed" in the README.
"""

from __future__ import annotations

import colorsys
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from io import StringIO

from .characters import shown_line
from .model import PLAIN, Exchange, Line, Recorded, Span, Style, line_text

LONG, FIRST, LAST, MOST_FOLDED = 60, 20, 10, 1000
"""A transcript of more lines than LONG shows its FIRST and LAST ones; a page folds the rest in,
up to MOST_FOLDED lines."""

_FEED_COLORS = {
    "red": "#df2f22",
    "green": "#22873b",
    "yellow": "#986e0c",
    "blue": "#2173df",
    "magenta": "#b746b7",
    "cyan": "#19818d",
}
"""Mid-tones that reach 4.5:1 on white and on black."""
_FLAGS = ("bold", "dim", "italic", "underline", "inverse", "strike")
_HUES = ("red", "yellow", "green", "cyan", "blue", "magenta")


class Form(Enum):
    """Where the HTML will stand."""

    PAGE = "page"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One command as a reader sees it; ``differs`` are the numbers of its marked output lines.

    Without a prompt it is only output.
    """

    prompt: str
    command: str
    output: tuple[Line, ...] = ()
    status: int = 0
    notes: tuple[str, ...] = ()
    differs: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What stands in one figure: commands with their outputs under one caption."""

    id: str
    label: str
    caption: str = ""
    """HTML, made by one of the caption functions."""
    commands: tuple[Shown, ...]
    verdict: bool | None = None
    problems: tuple[str, ...] = ()
    text_link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture file; ``size`` is its width and height in CSS pixels."""

    source: str
    alt: str
    size: tuple[int, int]


# --- Transcripts ------------------------------------------------------------------------


def transcript_html(transcript: Transcript, form: Form) -> str:
    """A ``figure`` with the transcript."""
    lines = [line for command in transcript.commands for line in _command_lines(command, form)]
    caption = f"<figcaption><p>{transcript.caption}</p></figcaption>" if transcript.caption else ""
    tag = '<p class="problem">' if form is Form.PAGE else "<p>"
    problems = "".join(f"{tag}{_safe(text)}</p>" for text in transcript.problems)
    body = _body(lines, transcript, form)
    return f"{_figure_tag(transcript, form)}{caption}{problems}{body}</figure>"


def then_now_html(label: str, then: Transcript, now: Transcript, form: Form) -> str:
    """Both transcripts, side by side where there is room."""
    both = transcript_html(then, form) + transcript_html(now, form)
    if form is Form.FEED:
        return both
    identifier = f"{now.id.removesuffix('-now')}-then-now"
    return (
        f'<section class="then-now" id="{identifier}"'
        f' aria-label="Then and now: {_safe(label)}">{both}</section>'
    )


def _safe(text: str) -> str:
    """Any text as HTML, in an attribute too."""
    return escape(shown_line(text))


def _figure_tag(transcript: Transcript, form: Form) -> str:
    if form is Form.FEED:
        return "<figure>"
    failed = " failed" if transcript.problems else ""
    verdict = ""
    if transcript.verdict is not None:
        verdict = f' data-verdict="{"holds" if transcript.verdict else "changed"}"'
    return f'<figure class="transcript{failed}" id="{transcript.id}"{verdict}>'


def _body(lines: Sequence[str], transcript: Transcript, form: Form) -> str:
    if len(lines) <= LONG:
        return _pre(lines, transcript, form)
    folded = lines[FIRST:-LAST]
    before, after = _pre(lines[:FIRST], transcript, form), _pre(lines[-LAST:], transcript, form)
    link, whole = transcript.text_link, "plain text"
    if form is Form.FEED or (link and len(folded) > MOST_FOLDED):
        link, whole = (link, whole) if link else (f"#{transcript.id}", "page")
        see = f'see the <a href="{escape(link)}">{whole}</a>'
        return f"{before}<p>… {len(folded)} more lines: {see} …</p>{after}"
    summary = f"<summary>{len(folded)} more lines</summary>"
    return f"{before}<details>{summary}{_pre(folded, transcript, form)}</details>{after}"


def _pre(lines: Sequence[str], transcript: Transcript, form: Form) -> str:
    # A newline stands alone between two tags: newsboat 2.21 drops one that ends a text run.
    text = "\n".join(lines)
    if form is Form.FEED:
        return f"<pre><samp>{text}</samp></pre>"
    return (
        f'<pre tabindex="0" role="group" aria-label="Transcript: {_safe(transcript.label)}"'
        f' translate="no"><samp>{text}</samp></pre>'
    )


def _command_lines(command: Shown, form: Form) -> Iterator[str]:
    prompt = command.prompt
    for line in command.command.split("\n") if prompt else ():
        typed = escape(shown_line(line), quote=False)
        yield f"{_span(escape(prompt), 'prompt', form)}<kbd>{typed}</kbd>"
        prompt = "> "
    for number, output in enumerate(command.output):
        yield _output_line(output, form, differs=number in command.differs)
    for note in command.notes:
        yield _span(f"({_safe(note)})", "note", form)
    if command.status:
        yield _span(f"exit status {command.status}", "status", form)


def _span(text: str, name: str, form: Form) -> str:
    return f"<span>{text}</span>" if form is Form.FEED else f'<span class="{name}">{text}</span>'


def _output_line(line: Line, form: Form, *, differs: bool) -> str:
    inner = "".join(_styled(span, form) for span in line)
    if differs and form is Form.PAGE:
        return f'<span class="differs">{inner}</span>'
    return f"<span>{inner}</span>" if inner else ""


def _styled(span: Span, form: Form) -> str:
    text = escape(span.text, quote=False)
    if span.style == PLAIN:
        return text
    if form is Form.FEED:
        color = _FEED_COLORS.get((_named(span.style.color) or "").removeprefix("bright-"))
        text = f'<span style="color: {color}">{text}</span>' if color else text
    elif names := " ".join(_class_names(span.style)):
        text = f'<span class="{names}">{text}</span>'
    return f'<a href="{escape(span.style.link)}">{text}</a>' if span.style.link else text


def _class_names(style: Style) -> Iterator[str]:
    if color := _named(style.color):
        yield f"fg-{color}"
    if background := _named(style.background):
        yield f"bg-{background}"
    yield from (flag for flag in _FLAGS if getattr(style, flag))


def _named(color: str | None) -> str | None:
    """The nearest of the named colours, whose contrast a theme can vouch for; greys have none."""
    if color is None or not color.startswith("#"):
        return color
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, _lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return None if saturation < 0.25 else _HUES[round(hue * 6) % 6]


# --- Figures, tables, files -------------------------------------------------------------


def figure_html(identifier: str, picture: Picture, caption: str, form: Form) -> str:
    """A picture that a session made."""
    width, height = picture.size
    source, alt = escape(picture.source), _safe(picture.alt)
    image = f'<img src="{source}" alt="{alt}" width="{width}" height="{height}">'
    tag = "<figure>" if form is Form.FEED else f'<figure class="plot" id="{identifier}">'
    return f"{tag}{image}<figcaption><p>{caption}</p></figcaption></figure>"


def table_html(identifier: str, path: str, data: bytes, caption: str, form: Form) -> str:
    """A CSV or TSV file that a session made; its first row is the head."""
    delimiter = "\t" if path.lower().endswith(".tsv") else ","
    rows = _rows(data.decode("utf-8", "replace"), delimiter)
    head = "".join(f'<th scope="col">{_cell(cell)}</th>' for cell in (rows[0] if rows else ()))
    body = "".join(f"<tr>{''.join(_data(cell, form) for cell in row)}</tr>" for row in rows[1:])
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    foot = f"<figcaption><p>{caption}</p></figcaption>"
    if form is Form.FEED:
        return f"<figure>{table}{foot}</figure>"
    scroll = f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {_safe(path)}">'
    return f'<figure class="table" id="{identifier}">{scroll}{table}</div>{foot}</figure>'


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error:  # a quote that is never closed, say
        return [line.split(delimiter) for line in text.splitlines() if line]


def _cell(text: str) -> str:
    return _safe(re.sub(r"[\r\n]+", " ", text))


def _data(text: str, form: Form) -> str:
    number = re.fullmatch(r"[-+\u2212]?[\d.,]+(?:e[-+]?\d+)?\s*%?", text.strip())
    tag = '<td class="number">' if number and form is Form.PAGE else "<td>"
    return f"{tag}{_cell(text)}</td>"


def file_html(identifier: str, path: str, highlighted: str, form: Form) -> str:
    """A file that is written into the session; ``highlighted`` is its HTML, with tabs kept."""
    caption = f"<figcaption><p><code>{_safe(path)}</code></p></figcaption>"
    if form is Form.FEED:
        lines = highlighted.rstrip("\n").split("\n")
        text = "\n".join(f"<span>{line}</span>" if line else "" for line in lines)
        return f"<figure>{caption}<pre><code>{text}</code></pre></figure>"
    return (
        f'<figure class="file" id="{identifier}">{caption}<pre class="highlight" tabindex="0"'
        f' role="group" aria-label="File: {_safe(path)}" translate="no">'
        f"<code>{highlighted}</code></pre></figure>"
    )


# --- Plain text and script --------------------------------------------------------------


def plain_text(recorded: Recorded) -> str:
    """A session as a terminal showed it, with where and when above."""
    provenance = recorded.provenance
    head = ", ".join(
        (f"ran {provenance.day.isoformat()}", provenance.kernel, provenance.filesystem)
    )
    lines = [head, *provenance.packages, ""]
    for exchange in recorded.exchanges:
        lines += _plain_exchange(exchange)
    return "\n".join(lines) + "\n"


def _plain_exchange(exchange: Exchange) -> Iterator[str]:
    first, *rest = exchange.command.split("\n")
    yield f"{exchange.prompt}{first}"
    yield from (f"> {line}" for line in rest)
    yield from map(line_text, exchange.output)
    yield from (f"({note})" for note in exchange.notes)
    if exchange.status:
        yield f"[exit status {exchange.status}]"


def history(lines: Sequence[str]) -> tuple[Line, ...]:
    """Lines of the post as output: what a terminal showed then, as the author kept it."""
    texts = (shown_line(line).rstrip() for line in lines)
    return tuple((Span(text),) if text else () for text in texts)
