"""What Pelican calls, and the only module that knows Pelican."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from feedgenerator.django.utils.encoding import iri_to_uri
from feedgenerator.django.utils.feedgenerator import SyndicationFeed
from markdown import Markdown
from pelican import Pelican, signals
from pelican.contents import Content
from pelican.generators import Generator, StaticGenerator
from pelican.readers import MarkdownReader, Readers

from .config import Config, Run, read_config
from .errors import ConfigError, TranscriptError
from .examples import years
from .loom import ROOT
from .markdown_ext import TranscriptsExtension, without_options
from .sources import Source, read_source, read_sources, to_run
from .store import SUFFIXES, find_posts
from .weave import Woven, weave

_STATE = "_TRANSCRIPTS_STATE"
_BY_URL = "_TRANSCRIPTS_BY_URL"
_FIGURE = re.compile(
    r'<(?P<tag>figure|section) class="[^"]*" id="(?P<id>[^"]+)"[^>]*>.*?</(?P=tag)>', re.DOTALL
)
_PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)


@dataclass
class _State:
    """What one build found wrong, from its first signal to its last."""

    config: Config
    problems: list[str] = field(default_factory=list)
    sources: dict[Path, Source] = field(default_factory=dict)
    """Posts that were read to see whether anything must run, and are not read again."""
    skipped: set[Path] = field(default_factory=set)
    """Posts that their authors leave out, with the status ``skip``."""


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
    state.sources.clear()
    state.skipped.clear()
    if state.config.run is Run.MISSING:
        try:
            _run_missing(state)
        except TranscriptError as error:
            state.problems.append(str(error))


def _run_missing(state: _State) -> None:
    paths = find_posts(Path(state.config.content))
    sources, _ = read_sources(paths, state.config.environments)
    if any(to_run(source, everything=False) for source in sources):
        # Loaded here, so that a build that runs nothing does not even load what could.
        from .__main__ import run_missing

        state.problems += run_missing(state.config, paths).problems
    else:
        state.sources.update((source.files.post, source) for source in sources)


# --- Reading posts ----------------------------------------------------------------------


class TranscriptsReader(MarkdownReader):  # type: ignore[misc]  # Pelican has no types
    """Pelican's Markdown reader, with the transcripts of each post woven in."""

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Read one post. A byte that is no UTF-8 is shown as U+FFFD, and reported."""
        path = Path(source_path)
        woven = _woven(path, self.settings[_STATE])
        text = path.read_bytes().decode("utf-8-sig", "replace")
        if _is_wrong(woven):
            text = without_options(text)
        options = dict(self.settings["MARKDOWN"])
        options["extensions"] = [*options["extensions"], TranscriptsExtension(woven.fragments)]
        self._source_path = source_path
        self._md = Markdown(**options)
        content = _banner(woven) + self._md.convert(text)
        metadata = self._parse_metadata(self._md.Meta)  # type: ignore[attr-defined]  # set by its "meta"
        metadata["transcripts"] = woven
        if metadata.get("status") == "skip":
            self.settings[_STATE].skipped.add(path)
        if woven.verdict is not None:
            metadata["transcripts_verdict"] = "still holds" if woven.verdict else "changed since"
        metadata["summary"] = metadata.get("summary") or _first_paragraph(content)
        return content, metadata


def _replace_reader(readers: Readers) -> None:
    for suffix in SUFFIXES:
        readers.reader_classes[suffix.removeprefix(".")] = TranscriptsReader


def _woven(path: Path, state: _State) -> Woven:
    """A post with its transcripts; a problem becomes part of the page, never its absence."""
    try:
        source = state.sources.pop(path, None) or read_source(path, state.config.environments)
    except TranscriptError as error:
        as_typed = str(error).removeprefix(f"{Path.cwd()}/")
        return Woven(problems=(as_typed,))
    content = Path(state.config.content).resolve()
    within = path.resolve().relative_to(content) if path.resolve().is_relative_to(content) else path
    return weave(source, within.with_suffix("").as_posix().lstrip("/"))


def _is_wrong(woven: Woven) -> bool:
    """Whether a post could not be understood."""
    return bool(woven.problems) and not woven.fragments


def _banner(woven: Woven) -> str:
    """On top of a post that could not be understood: why; its text follows as it is."""
    if not _is_wrong(woven):
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
    if _transcripts(content):
        content._content = content._content.replace(ROOT, _up(content))  # noqa: SLF001 — it has no other way in


def _transcripts(content: Content | None) -> Woven | None:
    """What was woven into a post or page; None for what another reader has read."""
    return getattr(content, "transcripts", None)


def _up(content: Content) -> str:
    """The way from a page to the site's root."""
    return "../" * str(content.save_as).count("/")


# --- After reading ----------------------------------------------------------------------


def _finish(generators: Sequence[Generator]) -> None:
    """Write the downloads, and stop a strict build with the whole list of problems."""
    generator = generators[0]
    state: _State = generator.settings[_STATE]
    found: dict[str, Content | None] = generator.context["generated_content"]
    for _, content in sorted(found.items()):
        if content is not None and (woven := _transcripts(content)):
            state.problems += [p for p in woven.problems if p not in state.problems]
            if content.save_as:  # what is published nowhere, as drafts are, leaves nothing
                _write(Path(generator.output_path), woven)
    _list_examples(generator.context)
    root = Path(state.config.content)
    for static in generators:
        if isinstance(static, StaticGenerator):
            _keep_inside(static, root.resolve(), state)
    state.problems += _left_out(root, found, state)
    if state.config.strict and state.problems:
        raise SystemExit("\n".join(state.problems))


def _list_examples(context: dict[str, Any]) -> None:
    """Give templates what shows examples, newest first, and what became of them by year."""
    texts = (*context.get("articles", ()), *context.get("pages", ()))
    shown = [text for text in texts if (woven := _transcripts(text)) and woven.examples]
    context["transcripts_examples"] = shown
    every = (example for text in shown for example in text.transcripts.examples)
    context["transcripts_years"] = years(every)


def _left_out(root: Path, found: Mapping[str, Content | None], state: _State) -> Iterator[str]:
    """The posts that Pelican dropped: it only logs that, and goes on."""
    for path in find_posts(root):
        if found.get(path.relative_to(root).as_posix()) is None and path not in state.skipped:
            yield f"{path}:1: Pelican leaves this post out; give it what its log asks for"


def _keep_inside(generator: StaticGenerator, root: Path, state: _State) -> None:
    """Publish no file that a link of a post, or a symbolic link, fetches from elsewhere."""
    inside = [
        f for f in generator.staticfiles if Path(f.source_path).resolve().is_relative_to(root)
    ]
    for file in generator.staticfiles:
        if file not in inside:
            state.problems.append(
                f"{file.source_path}: lies outside of {root.name}/, and is not published;"
                " copy it into it"
            )
    generator.staticfiles[:] = inside


def _write(output: Path, woven: Woven) -> None:
    for name, data in woven.downloads.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _put_into_feed(context: dict[str, Any], feed: SyndicationFeed) -> None:
    """Put the feed's form of each transcript in the place of the page's."""
    site = context["SITEURL"]
    if _BY_URL not in context:
        articles = (
            one for article in context["articles"] for one in (article, *article.translations)
        )
        context[_BY_URL] = {iri_to_uri(article.url): article for article in articles}
    for item in feed.items:
        path = item["link"].removeprefix(iri_to_uri(site)).lstrip("/")
        article = context[_BY_URL].get(path)
        if _transcripts(article):
            for key in ("content", "description"):
                if item.get(key):
                    item[key] = _feed_form(item[key], article)


def _feed_form(html: str, article: Content) -> str:
    forms, up = article.transcripts.feed(), _up(article)

    def form(match: re.Match[str]) -> str:
        return str(forms.get(match["id"], match[0])).replace(ROOT, up)

    return _FIGURE.sub(form, html)


def _tell(pelican: Pelican) -> None:
    """Say what is wrong with posts that are shown all the same.

    A build that may run examples then fails; one that may not leaves that to its caller.
    """
    state: _State = pelican.settings[_STATE]
    for problem in state.problems:
        # Not through the log, which wraps at 80 columns: an editor opens path:line on a click.
        sys.stderr.write(f"{problem}\n")
    if state.problems and state.config.run is Run.MISSING and not _reloads():
        raise SystemExit(1)


def _reloads() -> bool:
    """Whether Pelican goes on after this build, which its settings do not tell."""
    return any(re.fullmatch("--autoreload|-[a-z]*r[a-z]*", word) for word in sys.argv[1:])
