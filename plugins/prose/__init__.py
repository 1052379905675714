"""What a post's own words need on a page: titles as they were typed, tables for the keyboard.

Turns nothing but Markdown: it knows no transcripts, and runs nothing.
"""

from .plugin import register

__all__ = ["register"]
