"""Turns the blocks of one post, with what was seen, into HTML for its page and for a feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from urllib.parse import quote

from .captions import Links, claim_caption, made_caption, now_caption, then_caption
from .characters import shown_text
from .claims import differing_lines
from .compare import Seen, history_holds, is_valid, seen_blocks, verify
from .downloads import picture_size, script
from .model import (
    Artifact,
    Block,
    Drift,
    FileBlock,
    Hide,
    LiveBlock,
    Post,
    Recorded,
    Recording,
    StaticBlock,
)
from .render import (
    Form,
    Picture,
    Shown,
    Transcript,
    figure_html,
    file_html,
    plain_text,
    table_html,
    then_now_html,
    transcript_html,
)
from .shown import highlighted, label_of, shown_exchange, shown_history, slug, static_commands

ROOT = "\ufdd0/"
"""Stands in every link for the way from the page to the site's root.

It begins with a character that no output, command or caption can hold.
"""
FOLDER = "transcripts"
"""Folder of the site that holds scripts, plain texts and pictures."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One figure or section of a block; ``id`` is what it is called on the page."""

    id: str
    html: str


class Loom:
    """A post with what was seen, while its blocks are turned into HTML one after another."""

    def __init__(self, post: Post, recording: Recording, name: str, form: Form) -> None:
        self.post = post
        self._form = form
        self._name = name
        self._recorded: dict[str, Recorded] = {}
        self._seen: dict[int, Seen] = {}
        self._ids: set[str] = set()
        self.drifts = verify(post, recording)
        for session in post.sessions:
            recorded = recording.by_name.get(session.name)
            if recorded is not None and is_valid(session, recorded):
                self._recorded[session.name] = recorded
                self._seen |= {
                    seen.block.location.line: seen for seen in seen_blocks(post, session, recorded)
                }
        self._files = self._artifact_files()
        self._captioned = {
            session.name: self._last_shown(session.name) for session in post.sessions
        }

    def pieces(self, block: Block) -> Iterator[Piece]:
        """The figures and sections that stand for a block, in their order."""
        match block:
            case StaticBlock():
                yield self._static(block)
            case FileBlock():
                yield self._file(block)
            case LiveBlock():
                yield from self._live(block)

    def seen(self, block: LiveBlock) -> Seen | None:
        """The block with what was recorded of it, if that is valid."""
        return self._seen.get(block.location.line)

    def recorded(self, block: LiveBlock) -> Recorded | None:
        """The valid recording of the block's session."""
        return self._recorded.get(block.session)

    def problems(self, block: LiveBlock) -> tuple[str, ...]:
        """What the block says and its recording does not."""
        return tuple(drift.message for drift in self.drifts if _is_within(drift, block))

    def histories(self) -> list[Seen]:
        """The ``then=`` blocks that were seen."""
        return [seen for seen in self._seen.values() if seen.block.then]

    def downloads(self) -> dict[str, bytes]:
        """The files of the site that the post's sessions made, by their path in it."""
        found: dict[str, bytes] = {}
        for session in self.post.sessions:
            if recorded := self._recorded.get(session.name):
                found[self._path(f"{session.name}.sh")] = script(session).encode()
                found[self._path(f"{session.name}.txt")] = plain_text(recorded).encode()
                for artifact, file in zip(session.artifacts, recorded.artifacts, strict=True):
                    found[self._files[artifact]] = file.data
        return found

    # --- Blocks -------------------------------------------------------------------------

    def _static(self, block: StaticBlock) -> Piece:
        commands = static_commands(block)
        transcript = Transcript(
            id=self._id("console", commands), label=label_of(commands), commands=commands
        )
        return self._piece(transcript)

    def _file(self, block: FileBlock) -> Piece:
        identifier = self._unique(f"file-{slug(Path(block.file.path).name)}")
        text = shown_text(block.file.text)
        # A feed reader strips the classes that colours need.
        shown = escape(text) if self._form is Form.FEED else highlighted(text, block.language)
        return Piece(identifier, file_html(identifier, block.file.path, shown, self._form))

    def _live(self, block: LiveBlock) -> Iterator[Piece]:
        seen = self.seen(block)
        if seen is None:
            yield self._unrecorded(block)
            return
        recorded = self._recorded[block.session]
        if block.hide is not Hide.ALL:
            yield (
                self._then_now(seen, recorded, block.then)
                if block.then
                else self._plain(seen, recorded)
            )
        elif problems := self.problems(block):
            yield self._piece(self._transcript(seen, problems=problems))
        for artifact, file in zip(block.artifacts, seen.artifacts, strict=True):
            yield self._artifact(artifact, file.data, recorded)

    def _unrecorded(self, block: LiveBlock) -> Piece:
        commands = tuple(
            shown_history(c) if block.then else Shown(prompt=c.prompt, command=c.text)
            for c in block.commands
        )
        problems = tuple(
            drift.message for drift in self.drifts if f"session {block.session!r}" in drift.message
        )
        identifier = self._id("run", commands)
        transcript = Transcript(
            id=identifier, label=label_of(commands), commands=commands, problems=problems
        )
        return self._piece(transcript)

    def _plain(self, seen: Seen, recorded: Recorded) -> Piece:
        block = seen.block
        problems = self.problems(block)
        claims = [command.claim for command in block.commands if command.claim]
        holds = not problems if claims else None
        last = self._captioned[block.session] == block.location.line
        transcript = self._transcript(
            seen,
            caption=claim_caption(recorded, self._links(block.session) if last else None, holds),
            verdict=holds,
            problems=problems,
        )
        return self._piece(transcript)

    def _transcript(
        self,
        seen: Seen,
        *,
        caption: str = "",
        verdict: bool | None = None,
        problems: tuple[str, ...] = (),
    ) -> Transcript:
        commands = tuple(shown_exchange(exchange, seen.block.hide) for exchange in seen.exchanges)
        return Transcript(
            id=self._id("run", commands),
            label=label_of(commands),
            caption=caption,
            commands=commands,
            verdict=verdict,
            problems=problems,
            text_link=self._links(seen.block.session).text,
        )

    def _then_now(self, seen: Seen, recorded: Recorded, day: date) -> Piece:
        block, holds = seen.block, history_holds(seen)
        pairs = list(zip(block.commands, seen.exchanges, strict=True))
        marks = [differing_lines(c.claim, e, block.placeholder) for c, e in pairs]
        now_commands = tuple(
            shown_exchange(exchange, block.hide, differs=mark[1])
            for (_, exchange), mark in zip(pairs, marks, strict=True)
        )
        identifier = self._id("", now_commands)
        # Readers who jump from section to section tell them by their names.
        label = label_of(now_commands) + self._number(identifier)
        links = self._links(block.session)
        then = Transcript(
            id=f"{identifier}-then",
            label=f"{label}, then",
            caption=then_caption(day, f"{identifier}-then"),
            commands=tuple(
                shown_history(command, mark[0])
                for (command, _), mark in zip(pairs, marks, strict=True)
            ),
            verdict=holds,
        )
        now = Transcript(
            id=f"{identifier}-now",
            label=f"{label}, now",
            caption=now_caption(recorded, links, holds),
            commands=now_commands,
            verdict=holds,
            problems=self.problems(block),
            text_link=links.text,
        )
        return Piece(f"{identifier}-then-now", then_now_html(label, then, now, self._form))

    def _artifact(self, artifact: Artifact, data: bytes, recorded: Recorded) -> Piece:
        name = slug(Path(artifact.path).stem)
        identifier = self._unique(f"{artifact.kind}-{name}")
        caption = made_caption(recorded)
        if artifact.kind == "table":
            html = table_html(identifier, artifact.path, data, caption, self._form)
        else:
            picture = Picture(
                source=f"{ROOT}{quote(self._files[artifact])}",
                alt=artifact.alt,
                size=picture_size(data),
            )
            html = figure_html(identifier, picture, caption, self._form)
        return Piece(identifier, html)

    # --- Names and links ----------------------------------------------------------------

    def _piece(self, transcript: Transcript) -> Piece:
        return Piece(transcript.id, transcript_html(transcript, self._form))

    def _last_shown(self, session: str) -> int:
        """The line of the last visible block of a session, which tells when and where it ran."""
        lines = [
            block.location.line
            for block in self.post.blocks
            if isinstance(block, LiveBlock) and block.session == session
            if block.hide is not Hide.ALL and not block.then
        ]
        return max(lines, default=0)

    def _id(self, prefix: str, commands: tuple[Shown, ...]) -> str:
        name = slug(label_of(commands)) or "example"
        return self._unique(f"{prefix}-{name}" if prefix else name)

    def _unique(self, name: str) -> str:
        candidate, count = name, 1
        while candidate in self._ids:
            count += 1
            candidate = f"{name}-{count}"
        self._ids.add(candidate)
        return candidate

    def _number(self, identifier: str) -> str:
        """What tells an id from the one before it: `` 2`` of ``touch-2``."""
        name, _, number = identifier.rpartition("-")
        return f" {number}" if name in self._ids and number.isdigit() else ""

    def _links(self, session: str) -> Links:
        text, code = (self._path(f"{session}.{suffix}") for suffix in ("txt", "sh"))
        return Links(text=f"{ROOT}{quote(text)}", script=f"{ROOT}{quote(code)}")

    def _artifact_files(self) -> dict[Artifact, str]:
        """Where each figure and table lies in the site; those of one name are numbered."""
        found: dict[Artifact, str] = {}
        for session in self.post.sessions:
            for artifact in session.artifacts:
                path = Path(artifact.path)
                name = candidate = f"{session.name}-{slug(path.stem) or artifact.kind}"
                count = 1
                while self._path(f"{candidate}{path.suffix}") in found.values():
                    count += 1
                    candidate = f"{name}-{count}"
                found[artifact] = self._path(f"{candidate}{path.suffix}")
        return found

    def _path(self, name: str) -> str:
        return f"{FOLDER}/{self._name}/{name}"


def _is_within(drift: Drift, block: LiveBlock) -> bool:
    return block.location.line <= drift.location.line <= block.last_line
