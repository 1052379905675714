"""What a feed says, whatever form it is then written in."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A PNG picture of the blog or its author: what planets call a hackergotchi."""

    path: str
    """Below the site's URL, where it is written beside the feeds."""
    url: str
    data: bytes
    width: int
    height: int

    @property
    def inline(self) -> str:
        """Its data as a URL: the page that shows it needs no second request."""
        return f"data:image/png;base64,{b64encode(self.data).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post. All text is fit for XML, all URLs are absolute."""

    id: str
    link: str
    title: str
    html: str
    summary: str
    """Words of the author's own, without markup; often none."""
    author: str
    language: str
    published: datetime
    modified: datetime | None
    """Only where the author says so: some readers sort by it."""
    subjects: tuple[str, ...]
    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: what it is about, and its entries, the newest first."""

    id: str
    address: str
    page: str
    title: str
    subtitle: str
    author: str
    language: str
    rights: str
    logo: Logo | None
    hub: str
    since: datetime
    """When a feed changed that has no entry: the clock would make each build another one."""
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> datetime:
        """When the newest of its entries was published or modified."""
        return max((e.modified or e.published for e in self.entries), default=self.since)
