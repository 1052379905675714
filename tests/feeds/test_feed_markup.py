"""Case files: NAME.html is a post's HTML, NAME.expected what its feed entry holds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from feeds.markup import entry_html, plain_text

CASES = Path(__file__).parent / "cases"
POST = "https://example.org/blog/2009/make/"


def test_there_are_cases() -> None:
    assert list(CASES.glob("*.html"))


@pytest.mark.parametrize("case", sorted(CASES.glob("*.html")), ids=lambda case: case.stem)
def test_an_entry_is_as_its_case_says(case: Path, expect: Callable[[Path, str], None]) -> None:
    written = entry_html(case.read_text(encoding="utf-8"), POST)
    expect(case.with_suffix(".expected"), written)


@pytest.mark.parametrize("case", sorted(CASES.glob("*.html")), ids=lambda case: case.stem)
def test_what_is_plain_stays_as_it_is(case: Path) -> None:
    once = entry_html(case.read_text(encoding="utf-8"), POST)
    assert entry_html(once, POST) == once


@pytest.mark.parametrize("text", ["\n\ntwo", "\n", "end\n", "a\n\n\nb\n\n", " \t x  \n"])
def test_each_newline_of_a_pre_is_kept(text: str) -> None:
    # A parser takes the first newline after `<pre>` away: one more has to stand before it.
    written = f"<pre>\n{text}</pre>" if text.startswith("\n") else f"<pre>{text}</pre>"
    assert entry_html(f"<pre>\n{text}</pre>", POST) == written
    assert entry_html(f"<pre><samp>{text}</samp></pre>", POST) == f"<pre><samp>{text}</samp></pre>"


def test_an_element_without_end_swallows_nothing() -> None:
    assert entry_html("a<wbr>b<br>c", POST) == "a<wbr>b<br>c"


def test_a_summary_is_words_without_transcripts() -> None:
    html = "<p>About <code>make</code>\n &amp; more.</p><pre>$ true</pre><script>x</script>"
    assert plain_text(html) == "About make & more."
