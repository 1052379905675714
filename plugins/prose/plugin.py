"""Joins the extension to Pelican: the only module here that knows it."""

from pelican import Pelican
from pelican.plugins import signals

from .markdown_ext import ProseExtension


def register() -> None:
    """Connect to Pelican, which holds its handlers weakly: this one is a function of the module."""
    signals.initialized.connect(add_extension)


def add_extension(pelican: Pelican) -> None:
    """Have each post read with the extension."""
    pelican.settings["MARKDOWN"].setdefault("extensions", []).append(ProseExtension())
