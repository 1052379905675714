"""Turns Pelican's settings into one checked `Config`. Nobody else here reads settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup


class ConfigError(ValueError):
    """A setting that cards cannot be made with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the cards need to know of the site."""

    site: str
    about: str
    cache: Path


def read_config(settings: Mapping[str, object]) -> Config:
    """Return the checked settings, or raise `ConfigError` that names the wrong one."""
    cache = settings.get("CARDS_CACHE", ".cache/cards")
    if not isinstance(cache, str) or not cache.strip():
        raise ConfigError(f"CARDS_CACHE is {cache!r}; expected a directory, such as '.cache/cards'")
    return Config(
        site=_plain(settings.get("SITENAME")),
        about=_plain(settings.get("SITESUBTITLE")),
        cache=Path(cache),
    )


def _plain(value: object) -> str:
    return str(Markup(str(value or "")).striptags())  # noqa: S704 — to words, never to a page
