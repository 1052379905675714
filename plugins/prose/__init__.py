"""What a post's own words need on a page, for every reader.

Titles as they were typed, a summary that has words, ids that no two parts share, tables for the
keyboard, pictures that say what they show and how large they are. It knows no transcripts, and
runs nothing.
"""

from .plugin import register

__all__ = ["register"]
