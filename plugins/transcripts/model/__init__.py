"""The values that the stages hand each other; no file, clock or process is known here."""

from .drift import Drift, Kind, Report
from .location import Location
from .post import (
    Artifact,
    Block,
    Claim,
    Command,
    File,
    FileBlock,
    Hide,
    LiveBlock,
    Post,
    Session,
    StaticBlock,
    Step,
)
from .recording import KEPT_UP, ArtifactFile, Exchange, Provenance, Recorded, Recording
from .screen import COLORS, PLAIN, Line, Span, Style, line_text
from .world import Environment, Host, Input, Limits, Link, Mount, Wanted, World

__all__ = [
    "COLORS",
    "KEPT_UP",
    "PLAIN",
    "Artifact",
    "ArtifactFile",
    "Block",
    "Claim",
    "Command",
    "Drift",
    "Environment",
    "Exchange",
    "File",
    "FileBlock",
    "Hide",
    "Host",
    "Input",
    "Kind",
    "Limits",
    "Line",
    "Link",
    "LiveBlock",
    "Location",
    "Mount",
    "Post",
    "Provenance",
    "Recorded",
    "Recording",
    "Report",
    "Session",
    "Span",
    "StaticBlock",
    "Step",
    "Style",
    "Wanted",
    "World",
    "line_text",
]
