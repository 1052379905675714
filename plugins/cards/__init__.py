"""A picture for each post, which other sites show beside a link to it.

Turns a post's title, date, verdict and first transcript into a PNG of 1200 by 630 pixels. The same
post gives the same bytes on all machines: letters and their drawing come from pinned packages.
"""

from .plugin import register

__all__ = ["register"]
