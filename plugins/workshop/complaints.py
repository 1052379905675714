"""Turns what Pelican logs into complaints: ``content/post.md:2: what is wrong; what to do``.

Pelican names a post, or a link, but not the line, and seldom what to do. A line of the log that
is not known here stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from front_matter import line_of

from .references import Reference, missing_files, posts, references

_NO_WORDS = "has no alternative text"
_ONCE = ("title", "summary", "lang", "template")
"""Fields of which Pelican joins two in silence. Of others it says that they stand twice."""
_DAY = "2009-03-08"


def complaints(log: str, root: Path, content: Path) -> list[str]:
    """What Pelican logged, a line each; the last one is what stopped it, if it was stopped."""
    told, _, trace = log.partition("Traceback (most recent call last):\n")
    # What follows a tab is why a file cannot be looked at, which the line before it implies.
    lines = [line.replace(f"{root}/", "") for line in re.sub(r"\n\t", ": ", told).splitlines()]
    lines = [line for line in lines if line]
    if lines and lines[-1].startswith("RuntimeError: Warning or error"):
        lines.pop()
        if cause := _cause(trace, lines):
            lines[-1] += f": {cause}"
    kept = [line for line in lines if not _told_better(line, lines)]
    placed = (line for said in kept for line in _placed(said, root, content))
    return list(dict.fromkeys(placed))


def doubled_fields(root: Path, content: Path) -> Iterator[str]:
    """A line for each field that stands twice, and that Pelican would join in silence."""
    for path, text in posts(content):
        for field in _ONCE:
            if line := _second_line(text, field):
                yield f"{_name(path, root)}:{line}: a second '{_shown(field)}:'; keep one"


def _told_better(line: str, lines: list[str]) -> bool:
    """Whether it is Pelican's word on a picture without words, and the feeds say where it is."""
    path = line.rpartition(" in ")[2]
    return line.startswith("Empty alt attribute for image ") and any(
        other.startswith(f"{path}:") and _NO_WORDS in other for other in lines
    )


def _cause(trace: str, told: list[str]) -> str:
    """The exception behind the error that Pelican logged, when it did not say which."""
    first, handled, _ = trace.partition("\n\nDuring handling of the above exception")
    if not (handled and told):
        return ""
    cause = first.splitlines()[-1]
    return "" if cause.partition(": ")[2] in told[-1] else cause


def _placed(line: str, root: Path, content: Path) -> list[str]:
    """A line of Pelican's as complaints with their places, or as it is."""
    for pattern, translated in _translations(root, content).items():
        if match := re.match(pattern, line):
            return list(translated(match)) or [line]
    return [line]


Translation = Callable[[re.Match[str]], Iterable[str]]


def _translations(root: Path, content: Path) -> Mapping[str, Translation]:
    """How each kind of line is told better; nothing is told of what cannot be found."""

    def lost(match: re.Match[str]) -> Iterable[str]:
        return [*missing_files(root, content), *_unpublished(match["target"], root, content)]

    return {
        r"Cannot get modification stamp for |Other resources were not found": (
            lambda _: missing_files(root, content)
        ),
        r"Unable to find '(?P<target>.+)', skipping url replacement": lost,
        r"Replacement Indicator .+ not recognized in (?P<quote>['\"])(?P<written>.+)(?P=quote),": (
            lambda match: _unknown_words(match["written"], root, content)
        ),
        r"\{filename\} used for linking to static content (?P<target>.+) in (?P<post>.+)\. Use": (
            lambda match: _for_posts_alone(match["target"], root, content)
        ),
        r"The \{attach\} link in (?P<post>.+) cannot relocate (?P<file>.+) because ": (
            lambda match: _not_moved(match, root, content)
        ),
        r"Skipping (?P<post>.+): could not find information about '(?P<field>\w+)'": (
            lambda match: _without_field(root / match["post"], match["field"], root)
        ),
        r"Skipping (?P<post>.+): file '(?P<value>.+)' would be written outside output path": (
            lambda match: _outside(root / match["post"], match["value"], root)
        ),
        r"Unknown status '(?P<value>.*)' for file (?P<post>.+), skipping it\.": (
            lambda match: _unknown_status(root / match["post"], match["value"], root)
        ),
        r"Could not process (?P<post>.+?): (?P<cause>\w+: .+)": (
            lambda match: _unreadable(content / match["post"], match["cause"], root)
        ),
        r"PelicanTemplateNotFound: \[templates\] unable to load (?P<name>.+?)\[\.html\]": (
            lambda match: _without_template(match["name"], root, content)
        ),
        r"Duplicate definition of `(?P<field>\w+)` for (?P<post>.+)\. Using first one": (
            lambda match: _doubled(root / match["post"], match["field"], root)
        ),
    }


# --- Links ------------------------------------------------------------------------------


def _unpublished(target: str, root: Path, content: Path) -> Iterator[str]:
    """References to what is there, but is not a part of the site."""
    for found in _named(target, content):
        if found.file(content).exists():
            yield (
                f"{found.place(root)}: {target!r} is no post or page that Pelican publishes; mend"
                " the link, or write {static} before a file that is neither"
            )


def _unknown_words(written: str, root: Path, content: Path) -> Iterator[str]:
    for found in references(content):
        if found.written == written:
            yield (
                f"{found.place(root)}: unknown word {found.kind!r} in {written!r}; write"
                " {filename} before a post, {static} before a file, {tag} before a tag"
            )


def _for_posts_alone(target: str, root: Path, content: Path) -> Iterator[str]:
    for found in _named(target, content):
        if found.kind == "filename":
            yield f"{found.place(root)}: {target!r} is not a post; write {{static}}{target}"


def _not_moved(match: re.Match[str], root: Path, content: Path) -> Iterator[str]:
    post, file = content / match["post"], content / match["file"]
    for found in references(content):
        if (found.kind, found.post) != ("attach", post):
            continue
        if found.file(content).resolve() == file.resolve():
            yield (
                f"{found.place(root)}: {found.target!r} has its place by another link or a setting;"
                f" write {{static}}{found.target}"
            )


def _named(target: str, content: Path) -> Iterator[Reference]:
    for found in references(content):
        if found.target == target:
            yield found


# --- Front matter -----------------------------------------------------------------------


def _without_field(path: Path, field: str, root: Path) -> Iterator[str]:
    text = _text(path)
    needed = {"title": "'Title: …'", "date": f"'Date: {_DAY}'"}
    first = text.partition("\n")[0]
    if line_of(text, field) is not None:
        line = line_of(text, field)
        remedy = "write something after it"
    elif line_of(text, "date") or line_of(text, "title"):
        line, remedy = 1, f"add a line {needed.get(field, repr(f'{_shown(field)}: …'))} to its head"
    else:
        line = 1
        blank = ", without an empty line before them" if text.strip() and not first.strip() else ""
        remedy = f"begin the file with lines {' and '.join(needed.values())}{blank}"
    yield f"{_name(path, root)}:{line}: no '{_shown(field)}:'; {remedy}"


def _unknown_status(path: Path, value: str, root: Path) -> Iterator[str]:
    line = line_of(_text(path), "status", value) or 1
    yield (
        f"{_name(path, root)}:{line}: status {value!r}; write 'published', 'draft', 'hidden'"
        " or 'skip'"
    )


def _unreadable(path: Path, cause: str, root: Path) -> Iterator[str]:
    name, text = _name(path, root), _text(path)
    found = re.match(r"ValueError: '(?P<value>.*)' is not a valid date", cause)
    for field in ("date", "modified"):
        line = found and line_of(text, field, found["value"])
        if found and line and found["value"] in text.splitlines()[line - 1]:
            told = f"{field} {found['value']!r}; write it as {_DAY} or {_DAY} 18:21"
            yield f"{name}:{line}: {told}"
            return
    yield f"{name}:1: Pelican cannot read it: {cause}; mend what that names"


def _outside(path: Path, value: str, root: Path) -> Iterator[str]:
    text = _text(path)
    line = line_of(text, "save_as", value) or line_of(text, "slug") or 1
    yield (
        f"{_name(path, root)}:{line}: {value!r} lies outside of the site; give 'Save_as:' a"
        " path without '..'"
    )


def _without_template(name: str, root: Path, content: Path) -> Iterator[str]:
    for path, text in posts(content):
        line = line_of(text, "template", name)
        if line and text.splitlines()[line - 1].partition(":")[2].strip() == name:
            yield (
                f"{_name(path, root)}:{line}: there is no template {name!r}; leave 'Template:'"
                f" out, or add {name}.html to the theme"
            )


def _doubled(path: Path, field: str, root: Path) -> Iterator[str]:
    text, name = _text(path), _name(path, root)
    if line := _second_line(text, field):
        yield f"{name}:{line}: a second '{_shown(field)}:'; keep one"
    elif line := line_of(text, field):
        yield f"{name}:{line + 1}: '{_shown(field)}:' goes on here; write it in one line"


def _second_line(text: str, field: str) -> int | None:
    """The number of the line in which the field begins for the second time."""
    first = line_of(text, field)
    if first is None:
        return None
    again = line_of("\n".join(text.splitlines()[first:]), field)
    return again and first + again


def _shown(field: str) -> str:
    return field.capitalize()


def _name(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:  # it was removed in the meantime
        return ""
