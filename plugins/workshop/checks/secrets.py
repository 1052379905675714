"""Finds in a built site what is nobody else's business: keys, tokens, the author's own paths."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from .built import Built

_PATTERNS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----",
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


def problems(built: Built) -> Iterator[str]:
    """A line for each place; what was found is not repeated."""
    for name, path in built.files():
        text = path.read_bytes().decode("utf-8", "replace")
        for found in _KNOWN.finditer(text):
            what = tuple(_PATTERNS)[(found.lastindex or 1) - 1]
            yield f"{name}:{_line(text, found.start())}: holds {what}; take it out of the post"
        for secret in built.secrets:
            places = [at for form in _forms(secret) if (at := text.find(form)) >= 0]
            if places:
                line = _line(text, min(places))
                yield (
                    f"{name}:{line}: holds what is yours alone, such as your home"
                    " directory or a password of your environment; take it out of the post"
                )


def _forms(secret: str) -> set[str]:
    """A secret as texts, pages and feeds write it."""
    pages = {html.escape(secret), html.escape(secret, quote=False)}
    return {secret, *pages, json.dumps(secret)[1:-1]}


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
