"""The outline of a long post: its headings, for a table of contents beside the text.

Turns a post's HTML into headings that a theme can link to. It never changes the post.
"""

from .plugin import register

__all__ = ["register"]
