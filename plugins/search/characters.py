"""Sets the characters of scripts without spaces apart, so that words amid a sentence are found.

Pagefind's words end at spaces, and the program that we have knows no others. Chinese, Japanese
and Thai are therefore indexed by the character, and search.js asks for characters in a row.
"""

import re

# Ranges of Thai, kana and Han. search.js has the same: a test compares them.
ALONE = (
    "\u0e01-\u0e3a\u0e40-\u0e5b\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)

# The word joiner, which is not seen and no letter, tells this space from one of the post's own:
# search.js leaves both out of what it shows.
APART = "\u2060 "

# At these tags Pagefind sees a space by itself.
_SPACED = "article|br|div|h[1-6]|li|p|section|td|ul"
_MARKS = r"(?:&#?\w+;|[^\w\s<&])*+"
_GLUE = rf"(?:</?+(?!(?:{_SPACED})\b)[^>]*>|&#?\w+;|[^\w\s<&])*+"
_BOUNDARY = re.compile(
    rf"<[^>]*+>|&#?\w+;|(?:[{ALONE}]{_MARKS}(?={_GLUE}\w)|\w{_MARKS}(?={_GLUE}[{ALONE}]))"
)


def set_apart(html: str) -> str:
    """Return the HTML with such characters apart from their neighbours; its tags stay."""
    return _BOUNDARY.sub(_apart, html)


def _apart(found: re.Match[str]) -> str:
    text = found[0]
    return text if text[0] in "<&" else text + APART
