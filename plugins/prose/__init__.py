"""What a post's own words need on a page, for every reader.

Titles as they were typed, a summary that has words, ids that no two parts share, tables for the
keyboard, pictures that say what they show and how large they are. And it tells the author of markup
that would vanish, and of references that lead nowhere. It knows no transcripts, and runs nothing.
"""

from .plugin import register

__all__ = ["register"]
