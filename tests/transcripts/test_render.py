"""Case files: NAME.md with NAME.recording make NAME.html for the page and NAME.feed.html."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.characters import shown_line
from transcripts.model import Span, line_text
from transcripts.render import Form, Shown, Transcript, then_now_html, transcript_html
from transcripts.sources import Source
from transcripts.store import Files
from transcripts.weave import Woven, weave

from .cases import post_of, recording_of
from .markup import feed_faults, read, transcript_lines
from .strategies import LINES


@pytest.mark.cases("render/*.md")
def test_a_page_shows_what_its_case_says(case: Path, expect) -> None:
    expect(case.with_suffix(".html"), _page(_woven(case)))


@pytest.mark.cases("render/*.md")
def test_a_feed_shows_what_its_case_says(case: Path, expect) -> None:
    expect(case.with_suffix(".feed.html"), _feed(_woven(case)))


@pytest.mark.cases("render/*.md")
def test_a_page_is_well_formed_and_its_ids_are_its_own(case: Path) -> None:
    page = read(_page(_woven(case)))
    ids = [e.attributes["id"] for e in page.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    targets = [e.attributes["href"] for e in page.all("a")]
    assert all(target[1:] in ids for target in targets if target.startswith("#"))


@pytest.mark.cases("render/*.md")
def test_a_feed_holds_nothing_that_its_readers_would_spoil(case: Path) -> None:
    assert feed_faults(read(_feed(_woven(case)))) == []


@pytest.mark.cases("render/*.md")
def test_every_download_that_a_page_names_is_there(case: Path) -> None:
    woven = _woven(case)
    prefix = "transcripts-root:"
    names = [
        unquote(e.attributes[key].removeprefix(prefix))
        for html in (_page(woven), _feed(woven))
        for e in read(html).walk()
        for key in ("href", "src")
        if e.attributes.get(key, "").startswith(prefix)
    ]
    assert [name for name in names if name not in woven.downloads] == []


@pytest.mark.cases("render/*.md")
def test_each_figure_of_a_page_has_its_form_for_a_feed(case: Path) -> None:
    woven = _woven(case)
    page = read(_page(woven))
    ids = [e.attributes["id"] for e in page.children if not isinstance(e, str)]
    assert ids == list(woven.feed())


def _woven(case: Path) -> Woven:
    post = post_of(case)
    accepted = recording_of(case.with_suffix(".recording"), post)
    pending = recording_of(case.with_suffix(".pending.recording"), post)
    return weave(Source(Files(case), post, accepted, pending), case.stem)


def _page(woven: Woven) -> str:
    return "".join(
        f"<!-- lines {fragment.first_line} to {fragment.last_line} -->\n{fragment.html}\n"
        for fragment in woven.fragments
    )


def _feed(woven: Woven) -> str:
    return "".join(f"<!-- {name} -->\n{html}\n" for name, html in woven.feed().items())


# --- Whatever was printed ---------------------------------------------------------------

_ANY_TEXT = st.text(st.characters(exclude_characters="\n"), max_size=12)
_SHOWN = st.builds(
    Shown,
    prompt=st.sampled_from(["$ ", "# ", "peer[1-50]$ "]),
    command=st.lists(_ANY_TEXT, min_size=1, max_size=2).map("\n".join),
    output=st.lists(LINES, max_size=4).map(tuple),
    status=st.integers(0, 255),
    notes=st.lists(_ANY_TEXT.map(shown_line), max_size=1).map(tuple),
    differs=st.frozensets(st.integers(0, 3)),
)
_TRANSCRIPTS = st.builds(
    Transcript,
    id=st.just("run-x"),
    label=_ANY_TEXT,
    commands=st.lists(_SHOWN, min_size=1, max_size=3).map(tuple),
    verdict=st.none() | st.booleans(),
    problems=st.lists(_ANY_TEXT, max_size=1).map(tuple),
)


@given(_TRANSCRIPTS, st.sampled_from(Form))
def test_html_is_well_formed_and_says_what_the_screen_showed(
    transcript: Transcript, form: Form
) -> None:
    figure = read(transcript_html(transcript, form))
    assert transcript_lines(figure) == _lines(transcript)


@given(_TRANSCRIPTS, _TRANSCRIPTS)
def test_whatever_was_printed_nothing_in_a_feed_can_be_spoilt(
    then: Transcript, now: Transcript
) -> None:
    assert feed_faults(read(then_now_html("x", then, now, Form.FEED))) == []


@given(_TRANSCRIPTS, st.sampled_from(Form))
def test_html_holds_no_character_that_xml_forbids(transcript: Transcript, form: Form) -> None:
    html = transcript_html(transcript, form)
    assert "".join(map(shown_line, html.split("\n"))) == html.replace("\n", "")


@pytest.mark.parametrize("count", [59, 60, 61, 1030])
def test_a_long_output_loses_no_line_on_the_page(count: int) -> None:
    output = tuple((Span(f"line {number}"),) for number in range(count))
    shown = Shown(prompt="$ ", command="x", output=output)
    transcript = Transcript(id="x", label="x", commands=(shown,))
    whole = _lines(transcript)
    assert transcript_lines(read(transcript_html(transcript, Form.PAGE))) == whole
    feed = transcript_lines(read(transcript_html(transcript, Form.FEED)))
    assert feed == (whole if len(whole) <= 60 else [*whole[:20], *whole[-10:]])


def _lines(transcript: Transcript) -> list[str]:
    lines = []
    for shown in transcript.commands:
        first, *rest = shown.command.split("\n")
        lines += [f"{shown.prompt}{shown_line(first)}", *(f"> {shown_line(one)}" for one in rest)]
        lines += map(line_text, shown.output)
        lines += [f"({note})" for note in shown.notes]
        lines += [f"exit status {shown.status}"] if shown.status else []
    return lines
