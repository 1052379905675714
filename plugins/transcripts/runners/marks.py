"""Finds where a command's output ends in what the terminal received, and how it ended.

The lines that bash is given for that, and the marks that they print, are made here; nothing is
read or written. See shell.py for why no output forges a mark by accident.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, replace

# "$_" is printed as nothing, but being the last argument it stays what it was. Asking for the
# jobs tells how the command died, and has bash forget it, so that the next job is number 1.
# What a DEBUG trap prints in between goes nowhere, as only our own commands have the terminal;
# "\builtin" is no alias, and "!" keeps ERR traps and "set -e" out. "@Q" keeps statuses apart
# whatever IFS is.
_REPORT = (
    "{{ \\builtin printf '\\033]133;D;{nonce};%s;%s;%s\\007%.0s'"
    ' "$?" "$-" "${{PIPESTATUS[*]@Q}}" "$_" >/dev/tty;'
    ' ! \\builtin trap -p ERR "$_" >/dev/tty;'
    " __transcripts() {{ \\builtin jobs; \\builtin unset -f __transcripts; }};"
    ' __transcripts "$_" >/dev/tty;'
    " \\builtin printf '\\033]133;K;{nonce}\\007%.0s' \"$_\" >/dev/tty; }} >/dev/null 2>&1\n"
)
# A function's return makes no job, as a subshell would. A failing command runs the ERR trap that
# there was before it; so the function sets it again.
_RESTORE = (
    "{{ {untrap} __transcripts() {{ {trap} \\builtin unset -f __transcripts;"
    ' return {status}; }}; __transcripts "$_"; }} >/dev/null 2>&1\n'
)
_ERROR_TRAP = re.compile(r"^trap -- .*? ERR$", re.MULTILINE | re.DOTALL)
_FIELDS = re.compile(r"(?P<status>\d{1,3});(?P<flags>[A-Za-z]*);(?P<pipe>.*)", re.DOTALL)
_MOST_REPORTED = 1 << 22
"""Bytes of a report, with the jobs and the trap that it tells of."""
_MOST_TRAP = 4096
_OUR_NAME = re.compile(rb"^bash: /(?:dev/fd/|\.transcripts/commands)\d+: line \d+: ", re.MULTILINE)

_TAIL = 4096
"""Bytes kept, beyond the limit, of an output that goes on: longer than any mark."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What ended a command: its report, or the death of the shell."""

    output: bytes
    status: int
    flags: str = ""
    pipe: str = ""
    jobs: str = ""
    died: bool = False
    lost: bool = False
    """Whether what stands in the place of the report is no report."""
    cut: bool = False


class Stream:
    """What the terminal received and no command has been given yet."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self._report_at = -1
        self._cut = False
        self._echoed: tuple[bytes, ...] = ()
        self._begun = self._ended = self._death = b"\0"

    def expect_report(self, nonce: str, *ours: str) -> None:
        """The next report has this nonce; ``ours`` are lines that bash may echo."""
        self._begun = f"\x1b]133;D;{nonce};".encode()
        self._ended = f"\x1b]133;K;{nonce}\x07".encode()
        self._echoed = tuple(line.replace("\n", "\r\n").encode() for line in ours if line)

    def expect_death(self, nonce: str) -> None:
        """The shell's death will be told with this nonce."""
        self._death = f"\x1b]133;S;{nonce};".encode()

    def feed(self, data: bytes) -> None:
        """Take in what was read; of an endless output the beginning and the end are kept."""
        since = max(0, len(self._buffer) - _TAIL)
        self._buffer += data
        long = len(self._buffer) > self._limit + 16 * _TAIL
        if long and self._buffer.find(self._begun, min(since, self._limit)) < 0:
            del self._buffer[self._limit : -_TAIL]
            self._searched = min(self._searched, len(self._buffer))
            self._cut = True

    def take(self) -> Mark | None:
        """The output up to the report, or up to the shell's death, if either has come."""
        since, self._searched = max(0, self._searched - _TAIL), len(self._buffer)
        if (end := self._buffer.find(self._ended, since)) >= 0:
            return self._reported(end)
        begun = self._buffer.find(self._begun, since)
        self._report_at = begun if begun >= 0 else self._report_at
        if 0 <= self._report_at < len(self._buffer) - _MOST_REPORTED:
            return self._until(self._report_at, len(self._buffer), Mark(b"", 255, lost=True))
        begin = self._buffer.find(self._death, since)
        if begin >= 0 and (end := self._buffer.find(b"\x07", begin)) >= 0:
            told = bytes(self._buffer[begin + len(self._death) : end])
            status = int(told) if re.fullmatch(rb"\d{1,3}", told) else 255
            return self._until(begin, end + 1, Mark(b"", min(status, 255), died=True))
        return None

    def rest(self) -> Mark:
        """All that there is, when nobody is left to report."""
        return self._until(len(self._buffer), len(self._buffer), Mark(b"", 255, died=True))

    def _reported(self, end: int) -> Mark:
        begin = max(0, self._buffer.find(self._begun))
        told = bytes(self._buffer[begin + len(self._begun) : end]).decode("utf-8", "replace")
        fields, _, jobs = told.partition("\x07")
        mark = Mark(b"", 255, lost=True)
        if (found := _FIELDS.fullmatch(fields)) and int(found["status"]) < 256:
            mark = Mark(b"", int(found["status"]), found["flags"], found["pipe"], jobs)
        return self._until(begin, end + len(self._ended), mark)

    def _until(self, end: int, past: int, mark: Mark) -> Mark:
        """The mark with the output before it, both taken out."""
        shown = bytes(self._buffer[:end])
        del self._buffer[:past]
        self._searched = 0
        self._report_at = -1
        # "set -v" shows each line that bash reads, and a syntax error the name of its pipe.
        for line in self._echoed:
            shown = shown.replace(line, b"")
        shown = _OUR_NAME.sub(b"bash: ", shown)
        cut, self._cut = self._cut or len(shown) > self._limit, False
        return replace(mark, output=shown[: self._limit], cut=cut)


def death_format(nonce: str) -> str:
    """What printf(1) makes of a shell's exit status to tell of its death."""
    return f"\\033]133;S;{nonce};%s\\007"


def report_line(nonce: str) -> str:
    """What has bash tell the end of the command before; the nonce is in both of its marks."""
    return _REPORT.format(nonce=nonce)


def signal_message(mark: Mark) -> bytes:
    """What an interactive bash prints when a signal ended a command, such as ``Killed``.

    Bash keeps it for ``jobs`` when its commands come from a pipe.
    """
    number = mark.status - 128
    if number <= 0 or number in (signal.SIGINT, signal.SIGPIPE):
        return b""
    if number not in signal.valid_signals():
        return b""
    words = re.escape(signal.strsignal(number) or "")
    # No blank at the end: where the words are long, bash leaves none before the command.
    found = re.search(rf"^\[\d+\][+-]?\s+({words}(?: \(core dumped\))?)", mark.jobs, re.MULTILINE)
    return f"{found[1]}\r\n".encode() if found else b""


def restoring(mark: Mark, text: str) -> str:
    """A line that gives the next command, ``text``, what it would have seen of the last one."""
    statuses = re.findall(r"'(\d+)'", mark.pipe)
    if not any(status != "0" for status in (*statuses, str(mark.status))):
        return ""
    if "e" in mark.flags:  # a failing command would end the shell
        return "! { :; } >/dev/null 2>&1\n" if mark.status == 1 else ""
    trap = _ERROR_TRAP.search(mark.jobs.replace("\r\n", "\n"))
    if trap and len(trap[0]) > _MOST_TRAP:
        return ""
    if "PIPESTATUS" in text and not trap:
        return " | ".join(f"(exit {status}) 2>/dev/null" for status in statuses) + "\n"
    return _RESTORE.format(
        untrap="\\builtin trap - ERR;" if trap else "",
        trap=f"\\builtin {trap[0]};" if trap else "",
        status=mark.status,
    )
