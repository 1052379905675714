"""Joins the extension to Pelican: the only module here that knows it."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pelican import Pelican
from pelican.contents import Article, Content, Page
from pelican.generators import Generator
from pelican.plugins import signals

from .ids import OF_THE_THEME, line_of_id, shared_ids
from .markdown_ext import ProseExtension
from .markup import mistakes
from .pictures import Size, below_content, with_sizes
from .references import References, reference_problems
from .sizes import read_size
from .source import Source
from .summary import summary_html


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.initialized.connect(add_extension)
    signals.content_object_init.connect(complete)
    signals.all_generators_finalized.connect(check)


def add_extension(pelican: Pelican) -> None:
    """Have each post read with the extension."""
    pelican.settings["MARKDOWN"].setdefault("extensions", []).append(ProseExtension())


def complete(content: Content) -> None:
    """Give the pictures of a post or page their sizes, and it a summary that has words."""
    if not isinstance(content, (Article, Page)):
        return
    html = with_sizes(_html(content), partial(_size, content))
    content._content = html  # noqa: SLF001 — as for reading it: Pelican has no other way in
    if "summary" in content.metadata:
        summary = summary_html(str(content.metadata["summary"]), html)
        content.metadata["summary"] = content._summary = summary  # noqa: SLF001 — Pelican has two


def check(generators: Sequence[Generator]) -> None:
    """Stop if what an author typed would vanish, lead nowhere, or change the rest of a page."""
    contents = (c for c in generators[0].context["generated_content"].values() if c is not None)
    found = {(content.source_path, *problem) for content in contents for problem in _wrong(content)}
    if found:
        lines = (f"{_shown(Path(path))}:{line}: {text}" for path, line, text in sorted(found))
        raise SystemExit("\n".join(lines))


def _wrong(content: Content) -> Iterator[tuple[int, str]]:
    """The lines of a text on which something is wrong, and what to do."""
    text = Path(content.source_path).read_text(encoding="utf-8-sig", errors="replace")
    source = Source(text)
    for name in shared_ids(_html(content)):
        # Headings have made way, so its author gave it.
        other = "the theme" if name in OF_THE_THEME else "the page, such as an example"
        wrong = f"id {name!r} is also that of another part of {other}"
        yield line_of_id(text, name), f"{wrong}; give it another"
    if source.may_have_markup():
        yield from _markup_problems(content, source)
    found = content.metadata.get("prose_references")
    if isinstance(found, References):
        yield from reference_problems(found, source)


def _markup_problems(content: Content, source: Source) -> Iterator[tuple[int, str]]:
    for mistake in mistakes(_html(content)):
        tag, times = mistake.tag, mistake.times
        # What Markdown made of its end is not what was typed.
        begin = rf"(?i:</?{re.escape(tag.name)}(?![\w-]))"
        yield source.line(re.escape(tag.text), begin, nth=tag.nth, times=times), mistake.text
    # Without a summary of its author's it is a part of the text.
    if source.has_field("summary"):
        for mistake in mistakes(str(content.metadata.get("summary", ""))):
            yield source.field_line(re.escape(mistake.tag.text)), mistake.text


def _html(content: Content) -> str:
    return content._content or ""  # noqa: SLF001 — as it was read, with places yet to be filled


def _shown(path: Path) -> Path:
    """The path as the author types it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _size(content: Content, address: str) -> Size | None:
    """The size of the picture at an address, if it is one of the site's own."""
    source = content.get_relative_source_path() or ""
    name = below_content(address, source, content.url)
    return read_size(Path(content.settings["PATH"], name)) if name else None
