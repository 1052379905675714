"""A draft with front matter and one live example, from a title."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import processes
from .errors import MisuseError
from .project import Project

_PLACEHOLDER = "example.org,2009"
"""The authority that the settings came with."""
_LONGEST = 77
"""Letters of a slug: with its suffix, a file has a name of at most 80."""
_BODY = """
What is this post about, in a paragraph that makes one want to read on?

```console run
$ echo "this example is run by ./invoke build"
```
"""
_STRANGER = (
    f"new: pelicanconf.py: FEED_ID_AUTHORITY is still {_PLACEHOLDER!r}, and the 'Id:' of this post"
    " is made of it; say there whose posts these are, and mend the 'Id:' before you publish"
)


def new(project: Project, title: str) -> int:
    """Write the draft, print its path, and open it when there is an editor and somebody there."""
    if title.startswith("-"):
        raise MisuseError(f"a title cannot begin with {title[0]!r}; for help: ./invoke --help new")
    settings = project.settings("pelicanconf.py")
    title = " ".join(title.split())
    path = project.content / f"{slug(title, settings)}.md"
    _write(project, path, draft(title, _now(settings), settings))
    print(path.relative_to(project.root), flush=True)
    address = f"/drafts/{slug(title, settings)}/"
    print(f"new: ./invoke serve shows it at {address}", file=sys.stderr, flush=True)
    if settings.get("FEED_ID_AUTHORITY") == _PLACEHOLDER:
        print(_STRANGER, file=sys.stderr, flush=True)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor and sys.stdin.isatty():
        return processes.run([*shlex.split(editor), path], cwd=project.root)
    return 0


def slug(title: str, settings: Mapping[str, Any]) -> str:
    """The name that Pelican gives the page of a post with this title, or its first words."""
    from pelican.settings import DEFAULT_CONFIG
    from pelican.utils import slugify

    rules = {**DEFAULT_CONFIG, **settings}["SLUG_REGEX_SUBSTITUTIONS"]
    found = str(slugify(title, regex_subs=rules))
    if not found:
        raise MisuseError(f"title {title!r} has no letter or digit; give one that does")
    return _cut(found)


def _cut(name: str) -> str:
    """As many of the words as fit, or as much of the first one."""
    if len(name) <= _LONGEST:
        return name
    return name[: _LONGEST + 1].rpartition("-")[0] or name[:_LONGEST]


def draft(title: str, now: datetime, settings: Mapping[str, Any]) -> str:
    """The text of a new post."""
    name = slug(title, settings)
    fields = {
        "Title": title,
        "Date": f"{now:%Y-%m-%d %H:%M}",
        "Category": settings.get("DEFAULT_CATEGORY", "misc"),
        "Tags": "",
        "Status": "draft",
        "Slug": name,
        "Id": _tag_uri(settings, now, name),
        "Summary": "",
    }
    if not fields["Id"]:
        del fields["Id"]
    return "".join(f"{key}: {value}".rstrip() + "\n" for key, value in fields.items()) + _BODY


def _tag_uri(settings: Mapping[str, Any], now: datetime, name: str) -> str:
    """The identity of the entry in feeds: set here once, never to be changed."""
    authority = str(settings.get("FEED_ID_AUTHORITY", "")).partition(",")[0]
    return f"tag:{authority},{now:%Y-%m-%d}:{name}" if authority else ""


def _now(settings: Mapping[str, Any]) -> datetime:
    zone = str(settings.get("TIMEZONE", "UTC"))
    try:
        return datetime.now(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MisuseError(f"pelicanconf.py: TIMEZONE {zone!r} is unknown") from error


def _write(project: Project, path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        name = path.relative_to(project.root)
        raise MisuseError(f"{name} exists already; edit it, or choose another title") from error
