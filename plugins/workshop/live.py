"""Compares what readers get from a site with what was sent to it."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from urllib.parse import quote

from .errors import WorkshopError
from .progress import Progress

_AT_ONCE = 8
_PATIENCE = 10.0
_MOST_LOST = 3
_HIDDEN = (".nojekyll", "CNAME")
"""Files for the server itself, which it may not give to readers."""
_FRONT = "index.html"


def differences(address: str, sent: Mapping[str, str]) -> list[str]:
    """A line for each file, of those with these SHA-256, that readers do not get as it was sent.

    The front page is asked for first. Raises WorkshopError when it, or several others, cannot be
    reached: the rest would take its time, and say the same.
    """
    wanted = sorted((path, digest) for path, digest in sent.items() if path not in _HIDDEN)
    wanted.sort(key=lambda item: item[0] != _FRONT)
    found: list[str | None] = []
    lost: list[str] = []
    with Progress("publish") as progress:
        progress.show(f"compare: 0/{len(wanted)} files")
        found += [_difference(address, *item) for item in wanted[:1]]
        with _asked(address, wanted[1:]) as answers:
            for answer in answers:
                try:
                    found.append(answer.result())
                except _UnreachedError as error:
                    lost.append(str(error))
                    if len(lost) == _MOST_LOST:
                        raise
                progress.show(f"compare: {len(found) + len(lost)}/{len(wanted)} files")
    return sorted([*filter(None, found), *lost])


class _UnreachedError(WorkshopError):
    """There was no answer."""


@contextmanager
def _asked(
    address: str, wanted: Iterable[tuple[str, str]]
) -> Iterator[Iterator[Future[str | None]]]:
    """Answers as they come; once the author interrupts, or enough failed, no more is asked for."""
    threads = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield as_completed([threads.submit(_difference, address, *item) for item in wanted])
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _difference(address: str, path: str, digest: str) -> str | None:
    url = f"{address.rstrip('/')}/{path}"
    try:
        url = f"{address.rstrip('/')}/{quote(path)}"
        request = urllib.request.Request(url, headers={"Cache-Control": "no-cache"})  # noqa: S310 — the author's own site
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 — likewise
            same = hashlib.sha256(answer.read()).hexdigest() == digest
    except urllib.error.HTTPError as error:
        return f"{url}: the server answers {error.code} {error.reason}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = " ".join(str(getattr(error, "reason", error)).split())
        raise _UnreachedError(
            f"{url}: cannot be reached: {reason}; see that the server is on, and that SITEURL is"
            " its address"
        ) from error
    return None if same else f"{url}: is not what was sent"
