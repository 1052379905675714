"""Makes the URLs of an entry absolute against its post."""

import re
from urllib.parse import urljoin, urlsplit

# Without a scheme, it is as safe as the post's own URL, which then has none.
_SAFE = frozenset({"", "http", "https", "mailto"})

# As in HTML: a URL runs to white space; a comma at its end, or after its size, ends it.
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*[^\s,]|[^\s,])(\s+[^\s,]+)?\s*(?:,|$)")


def absolute(url: str, post: str) -> str | None:
    """Return the URL joined to the post's, or None if it is broken or not to be followed."""
    try:
        joined = urljoin(post, url.strip())
        scheme = urlsplit(joined).scheme
    except ValueError:
        return None
    return joined if scheme in _SAFE else None


def absolute_set(srcset: str, post: str) -> str | None:
    """Return the `srcset` with each of its URLs joined to the post's; None if none is left."""
    candidates = (
        (absolute(match[1], post), match[2] or "") for match in _CANDIDATE.finditer(srcset)
    )
    kept = [f"{url}{' ' + size.strip() if size else ''}" for url, size in candidates if url]
    return ", ".join(kept) or None
