"""Has Pagefind index documents, in a directory of its own, and keeps what browsers need of it."""

import gzip
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import TemporaryDirectory

from .document import EXCLUDED, Document, facets, html

SCRIPT = Path(__file__).with_name("search.js")

# Pagefind's ways to show results, which ours replaces: 400 kB that nobody would ask for.
_LEFT_OUT = ("pagefind-component-ui", "pagefind-highlight", "pagefind-modular-ui", "pagefind-ui")

# Parts of words, so that posix_fallocate, C++ and C# are found as they are written.
_CHARACTERS = "_+#"


class SearchError(Exception):
    """Pagefind is not there, or did not do its work."""


def write_index(documents: Sequence[Document], language: str, target: Path) -> None:
    """Make the index of the documents in the target directory, in place of what is there.

    The same documents give the same bytes. Of no documents, Pagefind makes nothing.
    """
    if target.is_dir():
        rmtree(target)
    with TemporaryDirectory(prefix="search-") as scratch:
        pages, made = Path(scratch, "pages"), Path(scratch, "made")
        for document in documents:
            _write(pages / document.path, html(document, language))
        if documents:
            _run_pagefind(pages, made, language)
        for file in sorted(made.rglob("*")):
            if file.is_file() and file.stem not in _LEFT_OUT:
                _copy(file, target / file.relative_to(made))
        found = facets(documents, _ids(made))
    _write(target / "facets.json", json.dumps(found, ensure_ascii=False, sort_keys=True))
    _copy(SCRIPT, target / SCRIPT.name)


def _run_pagefind(pages: Path, made: Path, language: str) -> None:
    options = ["--silent", "--force-language", language.partition("-")[0].lower()]
    options += ["--include-characters", _CHARACTERS]
    for selector in EXCLUDED:
        options += ["--exclude-selectors", selector]
    done = subprocess.run(
        [str(_program()), "--site", str(pages), "--output-path", str(made), *options],
        cwd=pages,  # where Pagefind would find no settings of somebody else's
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise SearchError(f"search: Pagefind ended with {done.returncode}: {''.join(last)}")


def _ids(made: Path) -> dict[str, str]:
    """Pagefind's id of each document by its path: the name of the file that has its text."""
    found = {}
    for file in made.glob("fragment/*.pf_fragment"):
        text = gzip.decompress(file.read_bytes()).removeprefix(b"pagefind_dcd")
        url = json.loads(text)["url"].lstrip("/")
        found[f"{url}index.html" if url.endswith("/") or not url else url] = file.stem
    return found


def _program() -> Path:
    try:
        from pagefind_bin import get_executable

        return Path(get_executable())
    except (ImportError, FileNotFoundError) as error:
        raise SearchError(
            "search: Pagefind is not installed; `pip install -r requirements.txt` brings it,"
            " or leave 'search' out of PLUGINS"
        ) from error


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    copyfile(source, target)
