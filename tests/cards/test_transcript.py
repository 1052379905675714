"""Which example of a post its card shows."""

from __future__ import annotations

import pytest

from cards.transcript import example


def figure(*rows: str, verdict: str = "", kind: str = "transcript") -> str:
    mark = f' data-verdict="{verdict}"' if verdict else ""
    lines = "\n".join(rows)
    return f'<figure class="{kind}"{mark}><pre><samp>{lines}</samp></pre></figure>'


def typed(command: str, prompt: str = "$ ") -> str:
    return f'<span class="prompt">{prompt}</span><kbd>{command}</kbd>'


def shown(html: str) -> tuple[str, str, str] | None:
    found = example(html)
    return (found.prompt, found.command, found.output) if found else None


def test_a_post_without_a_transcript_has_no_example() -> None:
    assert shown("<p>Text.</p>" + figure(typed("x"), kind="transcript failed")) is None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (figure(typed("cd /x"), typed("ls"), "<span>a</span>"), ("$ ", "ls", "a")),
        (figure(typed("cd /x")), ("$ ", "cd /x", "")),
        (figure(typed("ls", "peer1# "), "<span>a</span>"), ("peer1# ", "ls", "a")),
        (
            figure(typed("cat &lt;&lt;E"), typed("a &amp; b", "&gt; "), "<span>c</span>"),
            ("$ ", "cat <<E …", "c"),
        ),
        (
            figure(typed("a"), typed("b", "&gt; "), "<span>c</span>")
            + figure(typed("ls"), "<span>d</span>"),
            ("$ ", "ls", "d"),
        ),
        (
            figure(typed("ls"), '<span>a <span class="red">b</span></span>'),
            ("$ ", "ls", "a b"),
        ),
        (figure(typed("ls"), '<span class="differs">a</span>'), ("$ ", "ls", "a")),
        (figure(typed("false"), '<span class="status">exit status 1</span>'), ("$ ", "false", "")),
        (
            figure(typed("a"), "<span>1</span>")
            + figure(typed("b"), "<span>2</span>", verdict="holds")
            + figure(typed("c"), "<span>3</span>", verdict="changed"),
            ("$ ", "c", "3"),
        ),
    ],
)  # fmt: skip
def test_the_example_that_says_most_is_shown(html: str, expected: tuple[str, str, str]) -> None:
    assert shown(html) == expected
