"""The addresses of a site: sitemap, robots.txt, redirects from old paths, icons, IndexNow's key.

Turns what Pelican has written, and `Aliases:` of posts and pages, into the files that crawlers,
browsers and old links ask for. It never changes a page, and never looks at the clock.
"""

from .plugin import register

__all__ = ["register"]
