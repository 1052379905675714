"""The feeds of this very site, as they would be published."""

import subprocess
import sys
from pathlib import Path

from feeds.rules import SUFFIXES, feed_problems

from .conftest import ROOT


def test_the_feeds_of_this_site_have_no_fault(tmp_path):
    command = ["-m", "pelican", "content", "-s", "publishconf.py", "-o", str(tmp_path)]
    only = ["-e", 'PLUGINS=["transcripts", "prose", "feeds"]']
    built = subprocess.run(
        [sys.executable, *command, *only], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    feeds = sorted(path for path in (tmp_path / "feeds").rglob("*") if path.suffix in SUFFIXES)
    found = [
        problem
        for path in feeds
        for problem in feed_problems(path.relative_to(tmp_path), path.read_bytes())
    ]
    assert found == []
    assert Path("feeds/all.json") in [path.relative_to(tmp_path) for path in feeds]
