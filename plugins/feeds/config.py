"""Turns Pelican's settings into one checked `Config`. Nobody else here reads settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .channel import Channel, Paths

# RFC 4151: a tag names who owned a domain or an address, and on which day.
_AUTHORITY = re.compile(r"[\w.-]+(@[\w.-]+)?,(\d{4})(-\d{2}(-\d{2})?)?", re.ASCII)
_OURS = frozenset(
    {
        "FEEDS_ALL_JSON",
        "FEEDS_CATEGORY_JSON",
        "FEEDS_TAG_JSON",
        "FEEDS_OPML",
        "FEEDS_LOGO",
        "FEEDS_HUB",
        "FEEDS_RIGHTS",
        "FEEDS_URL",
        "FEEDS_SAVE_AS",
    }
)


class ConfigError(ValueError):
    """A setting that these feeds cannot work with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the feeds need to know of the site."""

    authority: str
    site_url: str
    feed_domain: str
    author: str
    language: str
    rights: str
    hub: str
    logo: str
    """Path of a picture below the theme, or empty."""
    opml: str
    site: Channel
    patterns: dict[str, Paths]
    """Where the feeds of categories and tags are."""

    @property
    def since(self) -> datetime:
        """The beginning of the year from which the ids are the author's."""
        year = _AUTHORITY.fullmatch(self.authority)
        return datetime(int(year[2]) if year else 1970, 1, 1, tzinfo=UTC)


def read_config(settings: Mapping[str, object]) -> Config:
    """Return the checked settings, or raise `ConfigError` that names the wrong one."""

    def text(name: str) -> str:
        return str(settings.get(name) or "")

    def paths(kind: str) -> Paths:
        pelicans = "FEED_ALL" if kind == "ALL" else f"{kind}_FEED"
        return Paths(
            atom=text(f"{pelicans}_ATOM"),
            rss=text(f"{pelicans}_RSS"),
            json=_beside_atom(f"FEEDS_{kind}_JSON", f"{pelicans}_ATOM", settings),
        )

    _refuse_unknown(settings)
    _refuse_summaries(settings)
    return Config(
        authority=_authority(text("FEED_ID_AUTHORITY")),
        site_url=text("SITEURL"),
        feed_domain=text("FEED_DOMAIN") or text("SITEURL"),
        author=text("AUTHOR") or text("SITENAME"),
        language=text("DEFAULT_LANG") or "en",
        rights=text("FEEDS_RIGHTS"),
        hub=_hub(text("FEEDS_HUB")),
        logo=text("FEEDS_LOGO"),
        opml=text("FEEDS_OPML"),
        site=Channel(
            kind="site",
            name="",
            page="",
            title=text("SITENAME"),
            subtitle=text("SITESUBTITLE"),
            paths=paths("ALL"),
        ),
        patterns={"category": paths("CATEGORY"), "tag": paths("TAG")},
    )


def _refuse_unknown(settings: Mapping[str, object]) -> None:
    unknown = sorted(key for key in settings if key.startswith("FEEDS_") and key not in _OURS)
    if unknown:
        raise ConfigError(f"{unknown[0]} is no setting; there are {', '.join(sorted(_OURS))}")


def _refuse_summaries(settings: Mapping[str, object]) -> None:
    kinds = [key for key in settings if re.fullmatch(r"(.*_)?FEED(_ALL)?_RSS", key)]
    if settings.get("RSS_FEED_SUMMARY_ONLY") and any(settings[key] for key in kinds):
        raise ConfigError(
            "RSS_FEED_SUMMARY_ONLY is True; a feed holds whole posts: set it to False"
        )


def _authority(value: str) -> str:
    if _AUTHORITY.fullmatch(value):
        return value
    raise ConfigError(
        f"FEED_ID_AUTHORITY is {value!r}; expected a domain and the year in which it was "
        'yours, such as "example.org,2009", never to be changed again'
    )


def _beside_atom(name: str, atom: str, settings: Mapping[str, object]) -> str:
    """Return the setting; JSON is written when Pelican makes the Atom feed."""
    value = str(settings.get(name) or "")
    if value and not settings.get(atom):
        raise ConfigError(f"{name} needs {atom}, beside whose feed the JSON is written; set that")
    return value


def _hub(value: str) -> str:
    if not value or value.startswith(("https://", "http://")):
        return value
    raise ConfigError(f"FEEDS_HUB is {value!r}; expected the URL of a WebSub hub, or nothing")
