"""Turns Pelican's settings into one checked `Config`. Nobody else here reads settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_KEY = re.compile(r"[A-Za-z0-9-]{8,128}", re.ASCII)  # as IndexNow's protocol says


class ConfigError(ValueError):
    """A setting that these addresses cannot be made with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the addresses need to know of the site."""

    site_url: str
    relative: bool
    language: str
    drafts: tuple[str, ...]
    """The beginnings of the paths of drafts, relative to the site."""
    indexnow_key: str | None


def read_config(settings: Mapping[str, object]) -> Config:
    """Return the checked settings, or raise `ConfigError` that names the wrong one."""
    patterns = (str(settings.get(name) or "") for name in ("DRAFT_URL", "DRAFT_PAGE_URL"))
    drafts = {pattern.partition("{")[0] for pattern in patterns}
    return Config(
        site_url=_site_url(str(settings.get("SITEURL") or "")),
        relative=bool(settings.get("RELATIVE_URLS")),
        language=str(settings.get("DEFAULT_LANG") or "en"),
        drafts=_outermost({draft for draft in drafts if draft.endswith("/")}),
        indexnow_key=_key(settings.get("INDEXNOW_KEY")),
    )


def _outermost(directories: set[str]) -> tuple[str, ...]:
    return tuple(
        sorted(
            path
            for path in directories
            if not any(path.startswith(other) for other in directories - {path})
        )
    )


def _site_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme in ("http", "https") and parts.netloc and not (parts.query or parts.fragment):
        return value.rstrip("/")
    raise ConfigError(
        f"SITEURL is {value!r}; expected the site's address, such as 'https://example.org'"
    )


def _key(value: object) -> str | None:
    if value is None or _KEY.fullmatch(str(value)):
        return None if value is None else str(value)
    raise ConfigError(
        f"INDEXNOW_KEY is {value!r}; expected 8 to 128 letters, digits or '-', or no such setting"
    )
