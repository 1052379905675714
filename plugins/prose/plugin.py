"""Joins the extension to Pelican: the only module here that knows it."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pelican import Pelican
from pelican.contents import Article, Content, Page
from pelican.generators import Generator
from pelican.plugins import signals

from .ids import line_of_id, shared_ids
from .markdown_ext import ProseExtension
from .pictures import Size, below_content, with_sizes
from .sizes import read_size
from .summary import summary_html


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.initialized.connect(add_extension)
    signals.content_object_init.connect(complete)
    signals.all_generators_finalized.connect(check_ids)


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


def check_ids(generators: Sequence[Generator]) -> None:
    """Stop if two parts of a page have one id: headings have made way, so its author gave it."""
    contents = (c for c in generators[0].context["generated_content"].values() if c is not None)
    problems = [text for content in contents for text in _id_problems(content)]
    if problems:
        raise SystemExit("\n".join(sorted(problems)))


def _id_problems(content: Content) -> Iterator[str]:
    path = Path(content.source_path)
    for name in shared_ids(_html(content)):
        line = line_of_id(path.read_text(encoding="utf-8-sig", errors="replace"), name)
        text = f"id {name!r} is also that of another part of the page, such as an example"
        yield f"{_shown(path)}:{line}: {text}; give it another"


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
