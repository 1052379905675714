"""Whether a date is written as its form asks: RFC 3339, or RFC 822 with a year of four digits."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RFC822 = re.compile(
    rf"({'|'.join(_DAYS)}), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)"
)


def is_rfc3339(text: str) -> bool:
    """Say whether the text is a moment as Atom and JSON Feed write it."""
    if not _RFC3339.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_rfc822(text: str) -> bool:
    """Say whether the text is a moment as RSS writes it, of the right day of the week."""
    if not _RFC822.fullmatch(text):
        return False
    try:
        return parsedate_to_datetime(text).weekday() == _DAYS.index(text[:3])
    except ValueError:
        return False
