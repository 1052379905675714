"""Joins the addresses to Pelican: the only module here that knows it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import quote, unquote

from markupsafe import Markup
from pelican import Pelican
from pelican.contents import Content, Static
from pelican.generators import Generator
from pelican.plugins import signals
from selectolax.lexbor import LexborHTMLParser

from .aliases import (
    Alias,
    alias_problems,
    form_problem,
    parents,
    redirect,
    relative_target,
    split,
)
from .config import Config, ConfigError, read_config
from .fields import field_problems
from .front_matter import line_of
from .icons import favicon, touch_icon
from .names import Use, name_problems
from .signs import problems as sign_problems
from .sitemap import Entry, robots_text, sitemap_files

_STATE = "_ADDRESSES_STATE"  # where Pelican's settings and context keep the value below


@dataclass
class _State:
    """What one build has written, from its first signal to its last."""

    config: Config
    pages: dict[str, datetime | None] = field(default_factory=dict)
    """The pages by path below the output, with the last change of what they show."""
    files: dict[str, str] = field(default_factory=dict)
    """All files that Pelican writes, and whose they are."""
    statics: list[Static] = field(default_factory=list)
    aliases: list[tuple[Alias, Path]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def register() -> None:
    """Connect to Pelican. The handlers are functions of this module, as it holds them weakly."""
    signals.initialized.connect(_configure)
    signals.get_generators.connect(_forget)
    signals.all_generators_finalized.connect(_collect)
    signals.article_generator_write_article.connect(_before)
    signals.page_generator_write_page.connect(_before)
    signals.content_written.connect(_note_page)
    signals.feed_written.connect(_note_feed)
    signals.finalized.connect(_write)


def _configure(pelican: Pelican) -> None:
    """Stop before anything is built if a setting is wrong."""
    try:
        pelican.settings[_STATE] = _State(read_config(pelican.settings))
    except ConfigError as error:
        raise SystemExit(str(error)) from error


def _forget(pelican: Pelican) -> None:
    """Before each build, forget the last one. Pelican's context has the same state by now."""
    state: _State = pelican.settings[_STATE]
    state.pages.clear()
    state.files.clear()
    state.statics.clear()
    state.aliases.clear()
    state.problems.clear()


# --- Once all is read ------------------------------------------------------------------


def _collect(generators: Sequence[Generator]) -> None:
    """Note aliases and files that will be copied; stop if names of the site clash."""
    context = generators[0].context
    state: _State = context[_STATE]
    contents = _contents(context)
    for content in contents:
        state.aliases += ((alias, Path(content.source_path)) for alias in _aliases(content))
    state.statics += context["static_content"].values()
    problems = [
        *_clashes(contents),
        *_sign_problems(contents),
        *_draft_problems(context),
        *_field_problems(context),
    ]
    if problems:
        raise SystemExit("\n".join(problems))


def _contents(context: Mapping[str, Any]) -> list[Content]:
    """The posts and pages that are published, by the paths of their sources."""
    found = (content for content in context["generated_content"].values() if content is not None)
    chosen = (content for content in found if content.status in ("published", "hidden"))
    return sorted(chosen, key=lambda content: str(content.source_path))


def _aliases(content: Content) -> Iterator[Alias]:
    for text in split(content.metadata.get("aliases")):
        yield Alias(
            text=text,
            source=content.get_relative_source_path(),
            url=content.url,
            title=Markup(content.title).striptags(),  # noqa: S704 — read here, never shown
            language=content.lang,
        )


def _clashes(contents: Iterable[Content]) -> Iterator[str]:
    sources, uses = {}, []
    for content in contents:
        source = content.get_relative_source_path()
        sources[source] = Path(content.source_path)
        named = [("tag", tag) for tag in getattr(content, "tags", ())]
        if "category" in content.metadata:
            named.append(("category", content.category))
        uses += [
            Use(kind=kind, name=name.name, slug=name.slug, source=source) for kind, name in named
        ]
    for use, text in name_problems(uses):
        name = "tags" if use.kind == "tag" else "category"
        yield _told(sources[use.source], name, use.name, text)


def _sign_problems(contents: Iterable[Content]) -> Iterator[str]:
    for content in contents:
        language = content.metadata.get("lang")
        title = Markup(content.title).striptags()  # noqa: S704 — read here, never shown
        for fields, text in sign_problems(title, content.slug, content.url, language):
            yield f"{_place(content, *fields)}: {text}"


def _draft_problems(context: Mapping[str, Any]) -> Iterator[str]:
    """Tell of drafts of one address: Pelican says nothing before it writes those of posts."""
    found = (content for content in context["generated_content"].values() if content is not None)
    drafts = (content for content in found if content.status == "draft" and content.save_as)
    first: dict[str, Content] = {}
    for draft in sorted(drafts, key=lambda draft: str(draft.source_path)):
        other = first.setdefault(normpath(draft.save_as), draft)
        if other is not draft:
            yield _shared(normpath(draft.save_as), _place(draft), _place(other))


def _field_problems(context: Mapping[str, Any]) -> Iterator[str]:
    """Tell of fields by mistake, also in drafts: their examples are run."""
    found = (content for content in context["generated_content"].values() if content is not None)
    for content in sorted(found, key=lambda content: str(content.source_path)):
        for name, text in field_problems(content.metadata):
            yield f"{_place(content, name)}: {text}"


# --- While pages are written -----------------------------------------------------------


def _before(generator: Generator, content: Content) -> None:
    """Claim a page's file, and leave out a page whose file is taken: Pelican would break off."""
    if not content.save_as:
        return
    state: _State = generator.context[_STATE]
    if not _is_free(normpath(content.save_as), _place(content), state):
        content.override_save_as = ""


def _note_page(path: str, context: Mapping[str, Any]) -> None:
    state: _State = context[_STATE]
    content = context.get("article") or context.get("page")
    name = _claim(path, context, content)
    if content is None:
        state.pages[name] = _newest(context)
    elif content.status == "published":
        state.pages[name] = _changed(content)


def _note_feed(path: str, context: Mapping[str, Any], feed: object) -> None:  # noqa: ARG001 — Pelican's
    _claim(path, context, None)


def _claim(path: str, context: Mapping[str, Any], content: Content | None) -> str:
    """Note whose a file is that was written, and give its name; two cannot have the same."""
    name = Path(path).relative_to(context["OUTPUT_PATH"]).as_posix()
    _is_free(name, _place(content) if content else "the site itself", context[_STATE])
    return name


def _is_free(name: str, whose: str, state: _State) -> bool:
    """Note whose a file is, or that it is another's."""
    other = state.files.setdefault(name, whose)
    # Pelican writes the same page of the site twice where templates name it twice.
    if other == whose:
        return True
    # What can be mended comes first: a line of a post, else a file of the author's.
    rival, place = sorted((other, whose), key=lambda name: (":" in name, "/" in name))
    state.problems.append(_shared(name, place, rival))
    return False


def _shared(name: str, place: str, rival: str) -> str:
    return f"{place}: {name} is also written by {rival}; give one another 'Slug:' or 'Save_as:'"


def _place(content: Content, *fields: str) -> str:
    chosen = fields or ("save_as", "slug", "title")
    field = next((field for field in chosen if field in content.metadata), "title")
    path = Path(content.source_path)
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return f"{_shown(path)}:{line_of(text, field) or 1}"


def _newest(context: Mapping[str, Any]) -> datetime | None:
    """The last change of a list of posts; what other pages show is not known here."""
    shown = context.get("articles_page")
    posts = shown.object_list if shown else context["dates"] if "period" in context else ()
    return max((changed for post in posts if (changed := _changed(post))), default=None)


def _changed(content: Content) -> datetime | None:
    changed = getattr(content, "modified", None) or getattr(content, "date", None)
    return changed if isinstance(changed, datetime) else None


# --- At the end ------------------------------------------------------------------------


def _write(pelican: Pelican) -> None:
    """Write everything; stop, with the whole list, if addresses are wrong."""
    state: _State = pelican.settings[_STATE]
    for file in state.statics:  # not before, since {attach} moves only what nobody has asked for
        _is_free(file.save_as, _shown(Path(file.source_path)).as_posix(), state)
    if state.problems:
        raise SystemExit("\n".join(state.problems))
    output, config = Path(pelican.output_path), state.config
    entries = [entry for name in sorted(state.pages) if (entry := _entry(output, name, state))]
    files: dict[str, str | bytes] = {
        **sitemap_files(entries, config.site_url),
        "robots.txt": robots_text(config.site_url, config.drafts),
        "favicon.ico": favicon(),
        "apple-touch-icon.png": touch_icon(),
    }
    if config.indexnow_key:
        files[f"{config.indexnow_key}.txt"] = config.indexnow_key
    files = {name: data for name, data in files.items() if name not in state.files}
    files |= _redirects(state, files, output)
    for name, data in files.items():
        target = output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)


def _entry(output: Path, name: str, state: _State) -> Entry | None:
    """The page's entry, unless it asks not to be indexed or says that another is the real one."""
    head = (output / name).read_text(encoding="utf-8").partition("</head>")[0]
    tree = LexborHTMLParser(head)
    robots = tree.css_first("meta[name=robots]")
    if robots is not None and "noindex" in (robots.attributes.get("content") or ""):
        return None
    own = f"{state.config.site_url}/{quote(name.removesuffix('index.html'))}"
    link = tree.css_first("link[rel=canonical]")
    canonical = own if link is None else link.attributes.get("href") or own
    if unquote(canonical) != unquote(own):
        return None
    return Entry(url=own, changed=state.pages[name])


def _redirects(state: _State, made: Iterable[str], output: Path) -> dict[str, str]:
    others = dict.fromkeys(_in_the_way(state, output), "another part of the site")
    owners = others | state.files | dict.fromkeys(made, "the site itself")
    taken = {name: f"written by {whose}" for name, whose in owners.items()}
    sources = {alias.source: path for alias, path in state.aliases}
    aliases = [alias for alias, _ in state.aliases]
    problems = [
        _told(sources[alias.source], "aliases", alias.text, f"Aliases: {alias.text!r} {text}")
        for alias, text in alias_problems(aliases, taken)
    ]
    if problems:
        raise SystemExit("\n".join(problems))
    return {alias.path: _redirect(alias, state.config) for alias in aliases}


def _in_the_way(state: _State, output: Path) -> Iterator[str]:
    """Files where aliases need directories, and the reverse: other plugins write some too."""
    for alias, _ in state.aliases:
        if not form_problem(alias.text):
            yield from (name for name in parents(alias.path) if (output / name).is_file())
            if (output / alias.path).is_dir():
                yield alias.path


def _redirect(alias: Alias, config: Config) -> str:
    canonical = f"{config.site_url}/{quote(alias.url, safe='/%')}"
    return redirect(alias, relative_target(alias) if config.relative else canonical, canonical)


def _told(path: Path, name: str, value: str, text: str) -> str:
    line = line_of(path.read_text(encoding="utf-8-sig", errors="replace"), name, value)
    return f"{_shown(path)}:{line or 1}: {text}"


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
