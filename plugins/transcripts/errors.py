"""What can go wrong, each with its place, its cause and its remedy."""

from __future__ import annotations

from .model import Location


class TranscriptError(Exception):
    """A complaint: ``place: what is wrong; what to do``."""

    def __init__(self, message: str, location: Location | None = None) -> None:
        super().__init__(f"{location}: {message}" if location else message)
        self.location = location


class ParseError(TranscriptError):
    """A post says something that cannot be understood."""


class RecordingError(TranscriptError):
    """A recording cannot be read back."""


class ConfigError(TranscriptError):
    """A setting is wrong."""


class SandboxError(TranscriptError):
    """The sandbox could not be started, or broke."""
