"""Reads the example that a card shows from the transcripts of a post's HTML."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from selectolax.lexbor import LexborHTMLParser, LexborNode

from .card import Example

_VERDICTS: Mapping[str | None, int] = MappingProxyType({"changed": 0, "holds": 1})
_TOO_LONG = 400  # characters of a line that are looked at


def example(html: str) -> Example | None:
    """Return the command that best stands for the post, or None if it has no transcript.

    What has changed comes first, then what still holds, then what printed something, then what
    is a single line, then the first.
    """
    found = [
        (
            _VERDICTS.get(figure.attributes.get("data-verdict"), 2),
            not shown.output,
            not single,
            shown,
        )
        for figure in LexborHTMLParser(html).css("figure.transcript:not(.failed)")
        for shown, single in _examples(figure)
    ]
    return min(found, key=lambda candidate: candidate[:3])[3] if found else None


def _examples(figure: LexborNode) -> Iterator[tuple[Example, bool]]:
    """The commands of a transcript, and whether each is a single line."""
    prompt, lines, output = "", list[str](), ""
    for part in (node for samp in figure.css("pre > samp") for node in samp.iter()):
        names = (part.attributes.get("class") or "").split()
        if "prompt" in names:
            if not part.text().startswith(">") or not lines:
                yield from _finished(prompt, lines, output)
                prompt, lines, output = part.text(), [], ""
        elif part.tag == "kbd":
            lines.append(_line(part))
        elif lines and not output and _is_output(part.tag, names):
            output = _line(part)
    yield from _finished(prompt, lines, output)


def _is_output(tag: str | None, names: list[str]) -> bool:
    """A line of output has no class, or says that it differs from what was or is printed."""
    return tag == "span" and set(names) <= {"differs"}


def _finished(prompt: str, lines: list[str], output: str) -> Iterator[tuple[Example, bool]]:
    if lines and lines[0]:
        command = f"{lines[0]} …" if lines[1:] else lines[0]
        yield Example(prompt=prompt, command=command, output=output), not lines[1:]


def _line(node: LexborNode) -> str:
    return node.text()[:_TOO_LONG].rstrip()
