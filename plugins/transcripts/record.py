"""Recordings as text: print and parse, each the other's exact inverse.

The text is made to be reviewed in a diff: one output line a line, its styles on a line of their
own, stable order, nothing that varies from run to run but what the header says.
"""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from .errors import RecordingError
from .model import (
    COLORS,
    PLAIN,
    ArtifactFile,
    Exchange,
    Line,
    Location,
    Provenance,
    Recorded,
    Recording,
    Span,
    Style,
    line_text,
)

_FIRST_LINE = "transcripts recording 1"
_LAST_LINE = "end"
_REMEDY = "restore it from git, or delete the file and run 'invoke build'"
_FLAGS = ("bold", "dim", "italic", "underline", "inverse", "strike")
_PROMPT = re.compile(r"^(?P<prompt>[A-Za-z0-9._\[\]-]*[$#])(?: (?P<text>.*))?$")
_STATUS = re.compile(r"^\[(?P<status>[0-9]{1,3})\](?P<failed> failed)?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NEVER_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Controls, and what XML forbids: the screen has other characters for them."""
_COLOR = re.compile(rf"{'|'.join(COLORS)}|#[0-9a-f]{{6}}")
_LINK = re.compile(r"(?:https?|mailto):\S+", re.IGNORECASE)
_RANGE = re.compile(r"^(?P<begin>[0-9]{1,7})-(?P<end>[0-9]{1,7}) (?P<words>\S.*)$")


# --- Printing ---------------------------------------------------------------------------


def print_recording(recording: Recording) -> str:
    """The text of a recording; parse_recording gives it back exactly."""
    sections = [_FIRST_LINE, *("\n".join(_session(one)) for one in recording.sessions), _LAST_LINE]
    return "\n\n".join(sections) + "\n"


def _session(recorded: Recorded) -> Iterator[str]:
    provenance = recorded.provenance
    yield f"session {recorded.session}"
    yield f"environment {recorded.environment}"
    yield f"digest {recorded.digest}"
    yield f"ran {provenance.day.isoformat()}"
    yield f"kernel {provenance.kernel}"
    yield f"filesystem {provenance.filesystem}"
    for package in provenance.packages:
        yield f"package {package}"
    for declared in provenance.hosts:
        yield f"hosts {declared}"
    if provenance.network:
        yield f"network {provenance.network}"
    for exchange in recorded.exchanges:
        yield ""
        yield from _exchange(exchange)
    for artifact in recorded.artifacts:
        yield ""
        yield from _artifact(artifact)


def _exchange(exchange: Exchange) -> Iterator[str]:
    first, *rest = exchange.command.split("\n")
    yield f"{exchange.prompt}{first}" if first else exchange.prompt.rstrip()
    for continued in rest:
        yield f"> {continued}" if continued else ">"
    for line in exchange.output:
        yield from _output_line(line)
    for note in exchange.notes:
        yield f"! {note}"
    yield f"[{exchange.status}]{' failed' if exchange.failed else ''}"


def _output_line(line: Line) -> Iterator[str]:
    yield _barred(line_text(line))
    styled, column = [], 0
    for span in line:
        if span.style != PLAIN:
            styled.append(f"{column}-{column + len(span.text)} {_style_words(span.style)}")
        column += len(span.text)
    if styled:
        yield f"~ {'; '.join(styled)}"


def _barred(text: str) -> str:
    """A line of text; in quotes where it ends in blanks, which an editor may take away."""
    if text != text.rstrip():
        return f'|"{text}"'
    return f"| {text}" if text else "|"


def _style_words(style: Style) -> str:
    words = [style.color] if style.color else []
    words += [f"on-{style.background}"] if style.background else []
    words += [flag for flag in _FLAGS if getattr(style, flag)]
    words += [f"link={style.link}"] if style.link else []  # a link holds no space
    return " ".join(words)


def _artifact(artifact: ArtifactFile) -> Iterator[str]:
    coding, lines = _coded(artifact.data)
    yield f"{artifact.kind} {coding} {artifact.path}"
    yield from map(_barred, lines)


def _coded(data: bytes) -> tuple[str, list[str]]:
    """A file as lines that can be reviewed where it is text, and as base64 where it is not."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROL.search(text):
        return "base64", textwrap.wrap(base64.b64encode(data).decode(), 76)
    *lines, last = text.split("\n")
    return ("unended", [*lines, last]) if last else ("text", lines)


# --- Parsing ----------------------------------------------------------------------------


def parse_recording(text: str, path: str) -> Recording:
    """The recording that a text says.

    Raises RecordingError, with the line, where it was cut, edited badly or left unmerged.
    """
    return _Reader(text, path).recording()


class _Reader:
    """The lines of a recording, with the place of the next one."""

    def __init__(self, text: str, path: str) -> None:
        self._lines = text.split("\n")
        self._path = path
        self._next = 0

    def recording(self) -> Recording:
        self._refuse_conflict()
        if self._take() != _FIRST_LINE:
            raise self._error(f"does not begin with {_FIRST_LINE!r}")
        sessions = []
        self._skip_blank()
        while self._peek() != _LAST_LINE:
            sessions.append(self._session())
            if sessions[-1].session in {one.session for one in sessions[:-1]}:
                raise self._error(f"session {sessions[-1].session!r} stands there twice")
        self._take()
        self._skip_blank()
        if self._next < len(self._lines):
            self._take()
            raise self._error(f"goes on after {_LAST_LINE!r}")
        return Recording(sessions=tuple(sessions))

    def _session(self) -> Recorded:
        session, environment, digest = map(self._field, ("session", "environment", "digest"))
        provenance = Provenance(
            day=self._day(),
            kernel=self._field("kernel"),
            filesystem=self._field("filesystem"),
            packages=tuple(map(self._plain, self._fields("package "))),
            hosts=tuple(map(self._plain, self._fields("hosts "))),
            network=self._field("network") if self._peek().startswith("network ") else "",
        )
        self._skip_blank()
        exchanges, artifacts = [], []
        while match := _PROMPT.match(self._peek()):
            exchanges.append(self._exchange(match))
        while self._peek().startswith(("figure ", "table ")):
            artifacts.append(self._artifact())
        if self._peek() != _LAST_LINE and not self._peek().startswith("session "):
            self._take()
            raise self._error("neither a command nor a session begins here")
        return Recorded(
            session=session,
            environment=environment,
            digest=digest,
            provenance=provenance,
            exchanges=tuple(exchanges),
            artifacts=tuple(artifacts),
        )

    def _day(self) -> date:
        text = self._field("ran")
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self._error(f"{text!r} is no day") from error

    def _exchange(self, match: re.Match[str]) -> Exchange:
        self._take()
        continued = self._fields(">")
        output = tuple(self._output())
        notes = tuple(map(self._plain, self._fields("! ")))
        status = _STATUS.match(self._take())
        if not status or int(status["status"]) > 255:
            raise self._error("an exit status such as [0] belongs here")
        self._skip_blank()
        return Exchange(
            prompt=f"{match['prompt']} ",
            command="\n".join(
                (match["text"] or "", *(line.removeprefix(" ") for line in continued))
            ),
            output=output,
            status=int(status["status"]),
            notes=notes,
            failed=bool(status["failed"]),
        )

    def _output(self) -> Iterator[Line]:
        while self._peek().startswith("|"):
            text = self._plain(self._text())
            styles = self._plain(self._take())[2:] if self._peek().startswith("~ ") else ""
            yield self._styled(text, styles)

    def _text(self) -> str:
        line = self._take()
        if line.startswith('|"') and line.endswith('"') and len(line) > 2:
            return line[2:-1]
        if not line.startswith("| ") and line != "|":
            raise self._error("'| ' belongs before a line of text")
        return line[2:]

    def _styled(self, text: str, styles: str) -> Line:
        spans, column = [], 0
        for part in styles.split("; ") if styles else ():
            match = _RANGE.match(part)
            begin, end = (int(match["begin"]), int(match["end"])) if match else (0, 0)
            if not match or not column <= begin < end <= len(text):
                raise self._error(f"no style of the line above: {part!r}")
            if begin > column:
                spans.append(Span(text[column:begin]))
            spans.append(Span(text[begin:end], self._style(match["words"])))
            column = end
        if column < len(text):
            spans.append(Span(text[column:]))
        return tuple(spans)

    def _style(self, words: str) -> Style:
        style = PLAIN
        for word in words.split(" "):
            background, link = word.removeprefix("on-"), word.removeprefix("link=")
            if word in _FLAGS:
                style = replace(style, **{word: True})  # type: ignore[arg-type]  # a flag of Style
            elif _COLOR.fullmatch(word):
                style = replace(style, color=word)
            elif background != word and _COLOR.fullmatch(background):
                style = replace(style, background=background)
            elif link != word and _LINK.fullmatch(link):
                style = replace(style, link=link)
            else:
                raise self._error(f"unknown style {word!r}")
        return style

    def _artifact(self) -> ArtifactFile:
        kind, _, rest = self._take().partition(" ")
        coding, _, path = rest.partition(" ")
        lines = []
        while self._peek().startswith("|"):
            lines.append(self._text())
        if coding == "text":
            data = "".join(f"{line}\n" for line in lines).encode()
        elif coding == "unended":
            data = "\n".join(lines).encode()
        elif coding == "base64":
            try:
                data = base64.b64decode("".join(lines), validate=True)
            except ValueError as error:  # binascii.Error is one
                raise self._error(f"{path} is no base64: {error}") from error
        else:
            raise self._error(f"unknown coding {coding!r}")
        self._skip_blank()
        return ArtifactFile(kind=kind, path=path, data=data)

    # --- Lines --------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._lines[self._next] if self._next < len(self._lines) else ""

    def _take(self) -> str:
        if self._next >= len(self._lines):
            raise self._error("is cut: the last line, 'end', is missing")
        self._next += 1
        return self._lines[self._next - 1]

    def _field(self, name: str) -> str:
        line = self._take()
        if not line.startswith(f"{name} "):
            raise self._error(f"{name!r} belongs here")
        return self._plain(line.removeprefix(f"{name} "))

    def _fields(self, prefix: str) -> list[str]:
        found = []
        while self._peek().startswith(prefix) and self._next < len(self._lines):
            found.append(self._take().removeprefix(prefix))
        return found

    def _plain(self, text: str) -> str:
        if found := _NEVER_SHOWN.search(text):
            raise self._error(f"a screen never shows the character {found[0]!r}")
        return text

    def _skip_blank(self) -> None:
        while self._next < len(self._lines) and not self._lines[self._next]:
            self._next += 1

    def _refuse_conflict(self) -> None:
        for number, line in enumerate(self._lines, start=1):
            if line.startswith(("<<<<<<< ", ">>>>>>> ")):
                raise RecordingError(
                    "merge conflict; choose a side, or delete the file and run 'invoke build'",
                    Location(path=self._path, line=number),
                )

    def _error(self, message: str) -> RecordingError:
        return RecordingError(
            f"{message}; {_REMEDY}", Location(path=self._path, line=max(1, self._next))
        )
