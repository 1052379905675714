"""Where the parts of a site are, and what its settings files say."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import MisuseError


@dataclass(frozen=True, slots=True)
class Project:
    """A site: the directory that holds its settings files."""

    root: Path

    @property
    def content(self) -> Path:
        """Posts and their recordings."""
        return self.root / "content"

    @property
    def theme(self) -> Path:
        """Templates and the style sheet."""
        return self.root / "theme"

    @property
    def plugins(self) -> Path:
        """Packages that Pelican and the tasks load."""
        return self.root / "plugins"

    @property
    def output(self) -> Path:
        """The last good build."""
        return self.root / "output"

    @property
    def cache(self) -> Path:
        """What may be deleted at any time."""
        return self.root / ".cache"

    def settings(self, name: str) -> Mapping[str, Any]:
        """The settings of the file NAME, as it defines them, without Pelican's defaults."""
        path = self.root / name
        if not path.is_file():
            raise MisuseError(f"there is no {name} in {self.root}")
        with _imports_from(self.root):
            return _executed(path)


def _executed(path: Path) -> dict[str, Any]:
    import runpy

    try:
        found = runpy.run_path(str(path))
    except (Exception, SystemExit) as error:  # it may raise whatever it likes
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise MisuseError(f"{path.name}: cannot be read: {reason}") from error
    return {key: value for key, value in found.items() if key.isupper()}


@contextmanager
def _imports_from(directory: Path) -> Iterator[None]:
    """Let settings files import each other, whatever was imported before, and leave no trace."""
    names = ("pelicanconf", "publishconf")
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(directory))
    try:
        yield
    finally:
        sys.path.remove(str(directory))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)
