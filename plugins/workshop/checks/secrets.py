"""Finds in a built site what is nobody else's business: keys, tokens, the author's own paths."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from .built import Built

_PATTERNS = {
    # Posts may have lost its dashes, or have them as one long dash.
    "a private key": r"\bBEGIN\s+(?:[A-Z0-9]+\s+){0,3}PRIVATE\s+KEY\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})",
    "a token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20}",
    "a key of Amazon": r"\bA(?:KIA|SIA)[0-9A-Z]{16}\b",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}",
    "a token of Slack": r"\bxox[abeoprs]-[0-9A-Za-z-]{10}",
    "a token of PyPI": r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{20}",
    "a token of npm": r"\bnpm_[A-Za-z0-9]{36}\b",
}
"""As their issuers say that they look."""
_KNOWN = re.compile("|".join(f"({pattern})" for pattern in _PATTERNS.values()))
_HINTS = (
    *("PRIVATE", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AKIA", "ASIA"),
    *("AIza", "xox", "pypi-", "npm_"),
)
"""A text without any of these words holds none of the patterns, and is told from others fast."""
_OWN = "what is yours alone, such as your home directory or a password of your environment"
_PAGES = (".html", ".htm")
_TAG = re.compile(r"""<(?:!--.*?--|[!/?]?[A-Za-z](?:"[^"]*"|'[^']*'|[^'">])*)>""", re.DOTALL)
_Places = set[tuple[int, str]]
"""Lines, and what each of them holds."""


def problems(built: Built) -> Iterator[str]:
    """A line for each place; what was found is not repeated."""
    for name, path in built.files():
        text = path.read_bytes().decode("utf-8", "replace")
        found = _found(text, built.secrets)
        if path.suffix in _PAGES:
            found |= _read(text, built.secrets)
        for line, what in sorted(found):
            yield f"{name}:{line}: holds {what}; take it out of the post"


def _found(text: str, secrets: tuple[str, ...]) -> _Places:
    """Where a text holds what: each token, and the first place of each secret."""
    known = {
        (_line(text, found.start()), tuple(_PATTERNS)[(found.lastindex or 1) - 1])
        for found in (_KNOWN.finditer(text) if any(hint in text for hint in _HINTS) else ())
    }
    own = {min(places) for secret in secrets if (places := _places(text, secret))}
    return known | {(_line(text, place), _OWN) for place in own}


def _read(page: str, secrets: tuple[str, ...]) -> _Places:
    """Where readers of a page see what: colours of code cut a secret into pieces for the file."""
    if not _found(html.unescape(_TAG.sub("", page)), secrets):
        return set()
    # Only now is it worth the time to leave each line where it was.
    return _found(html.unescape(_TAG.sub(lambda tag: "\n" * tag[0].count("\n"), page)), secrets)


def _places(text: str, secret: str) -> list[int]:
    return [at for form in _forms(secret) if (at := text.find(form)) >= 0]


def _forms(secret: str) -> set[str]:
    """A secret as texts, pages and feeds write it."""
    pages = {html.escape(secret), html.escape(secret, quote=False)}
    return {secret, *pages, json.dumps(secret)[1:-1]}


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
