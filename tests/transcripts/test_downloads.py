"""Case files: NAME.md with NAME.recording make NAME.expected, all that a reader can take away."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.downloads import picture_size, script
from transcripts.model import Environment
from transcripts.parse import parse
from transcripts.sources import Source
from transcripts.store import Files
from transcripts.weave import weave

from .cases import post_of, recording_of


@pytest.mark.cases("downloads/*.md")
def test_the_downloads_are_what_their_case_says(case: Path, expect) -> None:
    post = post_of(case)
    accepted = recording_of(case.with_suffix(".recording"), post)
    pending = recording_of(case.with_suffix(".pending.recording"), post)
    woven = weave(Source(Files(case), post, accepted, pending), f"2009/{case.stem}")
    expect(
        case.with_suffix(".expected"),
        "".join(f"=== {path}\n{data.decode()}" for path, data in woven.downloads.items()),
    )


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
    st.lists(st.sampled_from(["END", "END_", "$HOME", "`x`", "a'b", "", "\\"])),
)
def test_a_script_writes_each_file_as_the_post_has_it(line: str, lines: list[str]) -> None:
    lines = [one for one in (line, *lines) if "`" not in one]
    text = "".join(f"{one}\n" for one in lines)
    post = f"```text file='it\n{text}```\n\n```console run\n$ cat \"'it\"\n```\n"
    (session,) = parse(post, "x.md", {"sandbox": Environment(name="sandbox")}).sessions
    assert "cat >''\"'\"'it' <<'END" in script(session)


def test_a_script_can_be_run_elsewhere(tmp_path: Path) -> None:
    post = (
        "```text file=a/b/c.txt\nEND\n$HOME 'quoted' \\\n```\n\n"
        "```console run\n$ cat a/b/c.txt\n$ for i in 1 2; do\n>   echo $i\n> done\n```\n"
    )
    (session,) = parse(post, "x.md", {"sandbox": Environment(name="sandbox")}).sessions
    done = subprocess.run(
        ["bash", "-c", script(session)], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout == "END\n$HOME 'quoted' \\\n1\n2\n"


_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (_PNG, (640, 480)),
        (_PNG[:20], (640, 480)),
        (b'<svg width="10" height="20px">', (10, 20)),
        (b'<?xml version="1.0"?>\n<svg\n  width="72pt"\n  height="1in">', (96, 96)),
        (b'<svg width="25.4mm" height="2.54cm">', (96, 96)),
        (b'<svg width="100%" height="100%" viewBox="0 0 30 40">', (30, 40)),
        (b'<svg viewBox="-1.5,-1.5, 30.4, 40">', (30, 40)),
        (b'<svg stroke-width="3" height="1" viewBox="0 0 5 6">', (5, 6)),
        (b"<svg width='360'\n height='448pt'>", (360, 597)),
        (b"<svg viewBox='0 0 5 6'>", (5, 6)),
        (b'<svg width="1.2.3" height=".">', (640, 480)),
        (b'<svg viewBox="0 0 1.2.3 4">', (640, 480)),
        (b'<svg width="1234567" height="1">', (640, 480)),
        (b'<svg width="' + b"9" * 400 + b'" height="1">', (640, 480)),
        (b'<svg viewBox="0 0 1 ' + b"9" * 400 + b'">', (640, 480)),
        ('<svg width="٣" height="1">'.encode(), (640, 480)),
        (b'<svg width="10.' + b"5" * 400 + b'" height="999999">', (11, 999_999)),
        (b" " * 4_000 + b'<svg width="1" height="2">', (1, 2)),
        (b" " * 4_096 + b'<svg width="1" height="2">', (640, 480)),
        (b"<svg " * 16_000, (640, 480)),
        (b"no picture", (640, 480)),
        (b"", (640, 480)),
    ],
)
def test_a_picture_is_as_large_as_it_says(data: bytes, size: tuple[int, int]) -> None:
    assert picture_size(data) == size


@given(st.binary() | st.text('<svg width=height"viewBox.0123 -,%pxcm>').map(str.encode))
def test_no_picture_is_too_odd_to_be_measured(data: bytes) -> None:
    width, height = picture_size(data)
    assert width >= 0
    assert height >= 0
