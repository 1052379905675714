"""Turns a title as it was typed into HTML that shows just that.

Pelican takes titles for HTML: `<int>` would vanish from one, `a < b` would break its page,
typographic dashes would take the place of `--flags`, and some backslashes would be dropped.
"""

import re
from html import escape

# All but two with spaces around them.
_HYPHENS = re.compile(r"(?!(?<=\s)--\s)(?<!-)-{2,}")
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
_SHOWN = {
    **_PICTURES,
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), 0xFFFD),
}


def title_html(title: str) -> str:
    """The title as HTML. A dash with spaces around it still becomes a long one."""
    # Typography takes a backslash for an escape of its own, and drops it.
    typed = escape(title, quote=False).replace("\\", "&#92;")
    return _HYPHENS.sub(lambda hyphens: "-" + "&#45;" * (len(hyphens[0]) - 1), typed)


def shown(line: str) -> str:
    """The line with pictures for control characters, which have no place in HTML."""
    return line.translate(_SHOWN)
