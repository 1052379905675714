"""Search without a server: an index of posts and pages that a browser reads in small pieces.

Turns what Pelican publishes into the files of /pagefind/, by the program Pagefind. Only the
search page loads them. It never changes a page.
"""

from .plugin import register

__all__ = ["register"]
