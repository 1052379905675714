"""Real BitTorrent clients on emulated hosts, and the check of P2PLab's thesis: folding."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

from .conftest import REPOSITORY, Site

SETTINGS = """\
PATH = "content"
TRANSCRIPTS_ENVIRONMENTS = {
    "network": {"runner": "network", "root": "debian:bookworm", "packages": ["iproute2"]},
}
"""
POST = Path(__file__).with_name("swarm.md")
FARTHEST = 0.6
"""Of two runs of fifteen clients, which are not independent, the curves may be this far apart."""


def test_a_swarm_completes_and_is_the_same_folded_on_one_processor(site: Site) -> None:
    site.write("pelicanconf.py", SETTINGS)
    shutil.copy(REPOSITORY / "requirements-roots.txt", site.root)
    site.write("content/post.md", POST.read_text())
    done = site.run("run")
    # Whether this machine kept up is for the runner's own tests.
    problems = re.findall(r"^content/post\.md:\d+: .*", done.said, re.MULTILINE)
    assert [line for line in problems if "could not keep up" not in line] == [], done.said
    recording = site.text("content/post.recording")
    assert "|       2 aria\n|      13 rasterbar\n" in recording
    table = re.findall(r"^\| ((?:first|folded),.*)$", recording, re.MULTILINE)
    rows = {row[0]: row for row in csv.reader(table)}
    assert [rows[name][1] for name in ("first", "folded")] == ["15", "15"]
    assert float(rows["folded"][-1]) <= FARTHEST
