"""Pelican's feeds, made fit to be read elsewhere: lasting ids, absolute URLs, plain HTML.

Turns the items of Pelican's signal `feed_generated` into what planets and feed readers
accept, as Atom, RSS and JSON. `rules` judges any feed, `ledger` compares feeds with those that
were published before. It never changes a page, and never runs anything.
"""

from .plugin import register

__all__ = ["register"]
