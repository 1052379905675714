"""What checks look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A site that was built for the web, beside what readers have now."""

    site: Path
    address: str
    """Where it will be."""
    told: tuple[str, ...] = ()
    """What the build complained of."""
    today: date
    content: str = "content"
    """The folder of the posts, as messages name it."""
    drafts: str = "drafts/"
    """Where in the site drafts would be."""
    before: frozenset[str] = frozenset()
    """The paths of the files that readers have now."""
    feeds_before: Mapping[str, bytes] = field(default_factory=dict)
    """The feeds among them."""
    secrets: tuple[str, ...] = ()
    """Texts that nobody may see, such as the author's home directory."""

    def files(self, *suffixes: str) -> Iterator[tuple[str, Path]]:
        """Files with one of the suffixes, or all, by their paths in the site, in order."""
        for path in sorted(self.site.rglob("*")):
            if path.is_file() and (not suffixes or path.suffix in suffixes):
                yield path.relative_to(self.site).as_posix(), path

    def pages(self) -> Iterator[tuple[str, Path]]:
        """The pages, by their paths in the site, in order."""
        return self.files(".html", ".htm")
