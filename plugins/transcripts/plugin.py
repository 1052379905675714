"""What Pelican calls, and the only module that knows Pelican."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from feedgenerator.django.utils.feedgenerator import SyndicationFeed
from markdown import Markdown
from pelican import Pelican, signals
from pelican.contents import Content
from pelican.generators import Generator
from pelican.readers import MarkdownReader, Readers

from .config import Config, Run, read_config
from .errors import ConfigError, TranscriptError
from .loom import ROOT
from .markdown_ext import TranscriptsExtension
from .store import SUFFIXES, find_posts
from .weave import Woven, weave_file

_LOG = logging.getLogger(__name__)
_STATE = "_TRANSCRIPTS_STATE"
_FIGURE = re.compile(
    r'<(?P<tag>figure|section) class="[^"]*" id="(?P<id>[^"]+)"[^>]*>.*?</(?P=tag)>', re.DOTALL
)
_PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)


@dataclass
class _State:
    """What one build found wrong, from its first signal to its last."""

    config: Config
    problems: list[str] = field(default_factory=list)


def register() -> None:
    """Connect to Pelican; it calls this once when it loads the plugin."""
    signals.initialized.connect(_configure)
    signals.get_generators.connect(_prepare)
    signals.readers_init.connect(_replace_reader)
    signals.content_object_init.connect(_place)
    signals.all_generators_finalized.connect(_finish)
    signals.feed_generated.connect(_put_into_feed)
    signals.finalized.connect(_tell)


# --- Before the build -------------------------------------------------------------------


def _configure(pelican: Pelican) -> None:
    """Check the settings, once for all builds of this process."""
    try:
        pelican.settings[_STATE] = _State(read_config(pelican.settings))
    except ConfigError as error:
        raise SystemExit(str(error)) from error


def _prepare(pelican: Pelican) -> None:
    """Before each build: forget the last one, and run what is new where the settings say so."""
    state: _State = pelican.settings[_STATE]
    state.problems.clear()
    if state.config.run is Run.MISSING:
        try:
            _run_missing(state)
        except TranscriptError as error:
            state.problems.append(str(error))


def _run_missing(state: _State) -> None:
    # Loaded here, so that a build that runs nothing cannot even load what could.
    from rich.console import Console

    from .__main__ import Request, run_posts

    request = Request(
        config=state.config,
        paths=find_posts(Path(state.config.content)),
        console=Console(stderr=True, highlight=False),
    )
    run_posts(request, everything=False, keep=False)


# --- Reading posts ----------------------------------------------------------------------


class TranscriptsReader(MarkdownReader):  # type: ignore[misc]  # Pelican has no types
    """Pelican's Markdown reader, with the transcripts of each post woven in."""

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Read one post. A byte that is no UTF-8 is shown as U+FFFD, and reported."""
        path = Path(source_path)
        config = self.settings[_STATE].config
        woven = weave_file(path, Path(config.content), config.environments)
        text = path.read_bytes().decode("utf-8-sig", "replace")
        options = dict(self.settings["MARKDOWN"])
        options["extensions"] = [*options["extensions"], TranscriptsExtension(woven.fragments)]
        self._source_path = source_path
        self._md = Markdown(**options)
        content = _banner(woven) + self._md.convert(text)
        metadata = self._parse_metadata(self._md.Meta)  # type: ignore[attr-defined]  # set by its "meta"
        metadata["transcripts"] = woven
        if woven.verdict is not None:
            metadata["transcripts_verdict"] = "still holds" if woven.verdict else "changed since"
        metadata.setdefault("summary", _first_paragraph(content))
        return content, metadata


def _replace_reader(readers: Readers) -> None:
    for suffix in SUFFIXES:
        readers.reader_classes[suffix.removeprefix(".")] = TranscriptsReader


def _banner(woven: Woven) -> str:
    """On top of a post that could not be understood: why; its text follows as it is."""
    if woven.fragments or not woven.problems:
        return ""
    problems = "".join(f'<p class="problem">{escape(text)}</p>' for text in woven.problems)
    return f'<figure class="transcript failed">{problems}</figure>\n'


def _first_paragraph(content: str) -> str:
    """A summary that holds no half transcript."""
    prose = _FIGURE.sub("", content)
    found = _PARAGRAPH.search(prose)
    return found[0] if found else ""


def _place(content: Content) -> None:
    """Once a page knows where it will be, turn links to downloads into ones relative to it."""
    if isinstance(getattr(content, "transcripts", None), Woven):
        up = "../" * content.save_as.count("/")
        content._content = content._content.replace(ROOT, up)  # noqa: SLF001 — it has no other way in


# --- After reading ----------------------------------------------------------------------


def _finish(generators: Iterable[Generator]) -> None:
    """Write the downloads, and stop a strict build with the whole list of problems."""
    generator = next(iter(generators))
    state: _State = generator.settings[_STATE]
    found = generator.context["generated_content"]
    for _, content in sorted(found.items()):
        woven = getattr(content, "transcripts", None)
        if isinstance(woven, Woven):
            state.problems += [p for p in woven.problems if p not in state.problems]
            _write(Path(generator.output_path), woven)
    content_directory = Path(state.config.content)
    for path in find_posts(content_directory):
        if found.get(path.relative_to(content_directory).as_posix()) is None:
            state.problems.append(
                f"{path}:1: Pelican leaves this post out; give it what its log asks for"
            )
    if state.config.strict and state.problems:
        raise SystemExit("\n".join(state.problems))


def _write(output: Path, woven: Woven) -> None:
    for name, data in woven.downloads.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _put_into_feed(context: dict[str, Any], feed: SyndicationFeed) -> None:
    """Put the feed's form of each transcript in the place of the page's."""
    woven = {
        article.url: (article.transcripts, "../" * article.save_as.count("/"))
        for article in context["articles"]
        if isinstance(getattr(article, "transcripts", None), Woven)
    }
    for item in feed.items:
        for url, (transcripts, up) in woven.items():
            if item["link"].endswith(f"/{url}"):
                for key in ("content", "description"):
                    if item.get(key):
                        item[key] = _feed_form(item[key], transcripts, up)


def _feed_form(html: str, woven: Woven, up: str) -> str:
    def form(match: re.Match[str]) -> str:
        return woven.feed.get(match["id"], match[0]).replace(ROOT, up)

    return _FIGURE.sub(form, html)


def _tell(pelican: Pelican) -> None:
    """Say what is wrong with posts that are shown all the same.

    A build that may run examples then fails; one that may not leaves that to its caller.
    """
    state: _State = pelican.settings[_STATE]
    for problem in state.problems:
        _LOG.warning("%s", problem)
    if state.problems and state.config.run is Run.MISSING and not _reloads():
        raise SystemExit(1)


def _reloads() -> bool:
    """Whether Pelican goes on after this build, which its settings do not tell."""
    return any(re.fullmatch("--autoreload|-[a-z]*r[a-z]*", word) for word in sys.argv[1:])
