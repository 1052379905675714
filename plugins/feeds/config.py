"""Turns Pelican's settings into one checked `Config`. Nobody else here reads settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# RFC 4151: a tag names who owned a domain or an address, and on which day.
_AUTHORITY = re.compile(r"[\w.-]+(@[\w.-]+)?,\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


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
    subtitle: str
    category_path: str
    tag_path: str


def read_config(settings: Mapping[str, object]) -> Config:
    """Return the checked settings, or raise `ConfigError` that names the wrong one."""

    def text(name: str) -> str:
        return str(settings.get(name) or "")

    return Config(
        authority=_authority(text("FEED_ID_AUTHORITY")),
        site_url=text("SITEURL"),
        feed_domain=text("FEED_DOMAIN"),
        author=text("AUTHOR") or text("SITENAME"),
        language=text("DEFAULT_LANG") or "en",
        subtitle=text("SITESUBTITLE"),
        category_path=text("CATEGORY_FEED_ATOM"),
        tag_path=text("TAG_FEED_ATOM"),
    )


def _authority(value: str) -> str:
    if _AUTHORITY.fullmatch(value):
        return value
    raise ConfigError(
        f"FEED_ID_AUTHORITY is {value!r}; expected a domain and the year in which it was "
        'yours, such as "example.org,2009", never to be changed again'
    )
