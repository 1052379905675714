"""Shows a report to the author: each complaint with its place, each difference as a diff."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from .characters import shown_text
from .model import Report

_MOST_LINES = 60
_COLORS = {"-": "red", "+": "green"}


def show_report(report: Report, console: Console, *, heading: str = "") -> None:
    """Print problems first, then drift; a diff of more than 60 lines is cut."""
    for problem in report.problems:
        console.print(Text(shown_text(problem)), soft_wrap=True)
    for drift in report.drifts:
        console.print(
            Text(
                shown_text(f"{drift.location}: {f'{heading}: ' if heading else ''}{drift.message}")
            ),
            soft_wrap=True,
        )
        for line in drift.diff[:_MOST_LINES]:
            console.print(
                Text(f"    {shown_text(line)}", style=_COLORS.get(line[:1], "")), soft_wrap=True
            )
        if len(drift.diff) > _MOST_LINES:
            console.print(Text(f"    … {len(drift.diff) - _MOST_LINES} more lines"))
