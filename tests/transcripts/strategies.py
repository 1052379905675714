"""Recordings as Hypothesis imagines them: every one that the engine could write."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from transcripts.model import (
    COLORS,
    ArtifactFile,
    Exchange,
    Line,
    Provenance,
    Recorded,
    Recording,
    Span,
    Style,
)

CHARACTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
_NAMES = st.sampled_from(["main", "other", "a-b_C9"])
_WORDS = st.text(CHARACTERS, min_size=1, max_size=12).map(str.strip).filter(bool)

# Few draws make quick tests: a style is one number for its flags, and three choices.
_COLORS = st.sampled_from([None, "#0a0b0c", *COLORS])
_FLAGS = ("bold", "dim", "italic", "underline", "inverse", "strike")
_LINKS = st.sampled_from([None, "https://example.org/a;b?c=d;", "mailto:a@b", "http://é/"])


def _style(flags: int, color: str | None, background: str | None, link: str | None) -> Style:
    switched = {name: bool(flags & 1 << bit) for bit, name in enumerate(_FLAGS)}
    return Style(color=color, background=background, link=link, **switched)


STYLES = st.builds(_style, st.integers(0, 63), _COLORS, _COLORS, _LINKS)
_SPANS = st.builds(
    Span,
    st.text(CHARACTERS, min_size=1, max_size=6) | st.sampled_from([" ", "  ", "| ", "[0]", "end"]),
    STYLES | st.just(Style()),
)


def _joined(spans: list[Span]) -> Line:
    """Spans as a line has them: no two neighbours of one style."""

    def merged() -> Iterator[Span]:
        last: Span | None = None
        for span in spans:
            if last and last.style == span.style:
                last = Span(last.text + span.text, span.style)
                continue
            if last:
                yield last
            last = span
        if last:
            yield last

    return tuple(merged())


LINES: st.SearchStrategy[Line] = st.lists(_SPANS, max_size=4).map(_joined)
_TYPED = st.text(CHARACTERS | st.sampled_from("\t\x0c\r$#>|~"), max_size=12)
TRIMMED_COMMANDS = st.lists(_TYPED.map(str.rstrip), min_size=1, max_size=3).map("\n".join)


def exchanges(commands: st.SearchStrategy[str]) -> st.SearchStrategy[Exchange]:
    return st.builds(
        Exchange,
        prompt=st.sampled_from(["$ ", "# ", "peer1$ ", "peer[1-50]# "]),
        command=commands,
        output=st.lists(LINES, max_size=4).map(tuple),
        status=st.integers(0, 255),
        notes=st.lists(_WORDS, max_size=2).map(tuple),
        failed=st.booleans(),
    )


_TEXT_FILES = st.text(max_size=30) | st.lists(st.sampled_from(["a,b", "| x", " ", '"', ""])).map(
    "\n".join
)
_ARTIFACTS = st.builds(
    ArtifactFile,
    kind=st.sampled_from(["figure", "table"]),
    path=_WORDS.map(lambda text: f"{text}.csv"),
    data=st.binary(max_size=200) | _TEXT_FILES.map(lambda text: text.encode("utf-8", "replace")),
)
_PROVENANCES = st.builds(
    Provenance,
    day=st.dates(),
    kernel=_WORDS,
    filesystem=_WORDS,
    packages=st.lists(_WORDS, max_size=3).map(tuple),
    hosts=st.lists(_WORDS, max_size=3).map(tuple),
    network=st.just("") | _WORDS,
)


def recordings(commands: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Recording]:
    """Recordings; ``commands`` are what may have been typed (default: anything)."""
    typed = st.lists(_TYPED, min_size=1, max_size=3).map("\n".join)
    typed = typed if commands is None else commands
    sessions = st.builds(
        Recorded,
        session=_NAMES,
        environment=_WORDS,
        digest=st.sampled_from(["0" * 64, "0d52" * 16]),
        provenance=_PROVENANCES,
        exchanges=st.lists(exchanges(typed), max_size=3).map(tuple),
        artifacts=st.lists(_ARTIFACTS, max_size=2).map(tuple),
    )
    several = st.lists(sessions, max_size=2, unique_by=lambda recorded: recorded.session)
    return several.map(lambda found: Recording(sessions=tuple(found)))
