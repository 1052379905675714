"""One line on a terminal that tells how far something long is. A log gets nothing of it."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType
from typing import Self

_CLEAR = "\r\033[K"


class Progress:
    """Shows the newest state of a task in place of the one before, and leaves nothing behind."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._shown = ""

    def show(self, state: str) -> None:
        """Show STATE, unless it is what is shown already, or nobody is watching."""
        if sys.stderr is not None and sys.stderr.isatty() and state != self._shown:
            self._shown = state
            text = f"{self._task}: {state}"[: shutil.get_terminal_size().columns - 1]
            print(f"{_CLEAR}{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take away what is shown, so that a line can be told in its place."""
        if self._shown:
            self._shown = ""
            print(_CLEAR, end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()
