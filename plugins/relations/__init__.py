"""Relations between posts: the parts of a series in order, and a few posts that are alike.

Gives each article `series` (None or a `Series`) and `related` (at most three articles), for
templates to show. It never changes a page by itself, and never looks at the clock.
"""

from .plugin import register

__all__ = ["register"]
