"""Compares what readers get from a site with what was sent to it."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

_AT_ONCE = 8
_PATIENCE = 20.0
_HIDDEN = (".nojekyll", "CNAME")
"""Files for the server itself, which it may not give to readers."""


def differences(address: str, sent: Mapping[str, str]) -> list[str]:
    """A line for each file, of those with these SHA-256, that readers do not get as it was sent."""
    wanted = {path: digest for path, digest in sent.items() if path not in _HIDDEN}
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(lambda item: _difference(address, *item), sorted(wanted.items()))
        return [line for line in found if line]


def _difference(address: str, path: str, digest: str) -> str | None:
    url = f"{address.rstrip('/')}/{quote(path)}"
    request = urllib.request.Request(url, headers={"Cache-Control": "no-cache"})  # noqa: S310 — the author's own site
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 — likewise
            same = hashlib.sha256(answer.read()).hexdigest() == digest
    except urllib.error.HTTPError as error:
        return f"{url}: the server answers {error.code} {error.reason}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"{url}: cannot be reached: {getattr(error, 'reason', error)}"
    return None if same else f"{url}: is not what was sent"
