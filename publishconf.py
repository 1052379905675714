"""The settings of the published site: those of pelicanconf.py, and what differs on the web."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # Pelican loads this file by its path
from pelicanconf import *

# Absolute links, so that the 404 page works at any depth. SITEURL is in pelicanconf.py.
RELATIVE_URLS = False

# Publishing shows what was recorded and reviewed; it never runs anything.
TRANSCRIPTS_RUN = "never"

PUBLISH_TARGETS = {"gh-pages": {"remote": "origin", "branch": "gh-pages"}}
