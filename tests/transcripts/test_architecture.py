"""Who may know whom: the list of arrows, what the files say, and what really gets loaded."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
ENGINE = PLUGINS / "transcripts"

# Left may import right, nothing else; a folder counts as one.
ARROWS = {
    # leaves
    "model": "",
    "names": "",
    "characters": "",
    "errors": "model",
    "death": "",
    # the stages: none knows another
    "config": "errors model names",
    "parse": "errors model names",
    "screen": "characters model",
    "record": "errors model",
    "captions": "model",
    "render": "characters model",
    "downloads": "model",
    "artifacts": "",
    "lines": "model",
    "claims": "lines model",
    "compare": "claims lines model",
    "runners": "death errors model",
    # what reads and writes files
    "store": "errors model record",
    "sources": "compare errors model parse store",
    # the half that runs
    "inputs": "death errors model",
    "roots": "death errors model names runners store",
    "supplies": "config errors inputs model roots runners",
    "progress": "",
    "report": "characters model",
    "session": "artifacts model runners screen",
    "errand": "config errors model runners session supplies",
    "crews": "config errand errors model runners session supplies",
    "rerun": "compare config crews errors model progress runners sources store",
    "accept": "claims compare model sources store",
    "housekeeping": "config model progress roots supplies",
    # the half that builds pages
    "shown": "model render",
    "loom": "captions characters claims compare downloads model render shown",
    "examples": "compare model",
    "weave": "compare examples loom model render sources",
    "markdown_ext": "weave",
    "plugin": "config errors examples loom markdown_ext sources store weave",
    "__main__": "accept characters config errors housekeeping model progress report rerun sources"
    " store",
    "__init__": "",
}
# Within a function, so that it is loaded only when something must run, or Pelican is there.
LAZY_ARROWS = {("plugin", "__main__"), ("__init__", "plugin")}

# Packages of others, and the only modules that know them.
KNOWN_BY = {
    "pelican": {"plugin"},
    "feedgenerator": {"plugin"},
    "markdown": {"markdown_ext", "plugin"},
    "pygments": {"shown"},
    "pyte": {"screen"},
    "distributed": {"crews"},
    "rich": {"progress", "report", "housekeeping", "__main__", "plugin"},
    "subprocess": {"runners", "inputs", "roots", "errand"},
    "asyncio": {
        "death",
        "runners",
        "inputs",
        "roots",
        "supplies",
        "rerun",
        "crews",
        "errand",
        "progress",
        "housekeeping",
        "__main__",
    },
    "logging": set(),
    "time": {"runners", "inputs", "roots", "session", "progress"},
    "os": {"death", "runners", "inputs", "roots", "crews", "errand", "store"},
    "sys": {"plugin", "runners", "inputs", "errand", "__main__"},
}
FORBIDDEN = {"utils", "helpers", "core", "manager"}


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(ENGINE.rglob("*.py")):
        yield path.relative_to(ENGINE).with_suffix("").parts[0], path


def _arrows(path: Path) -> Iterator[tuple[str, bool]]:
    """The engine's modules that a file imports, and whether only within a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_top = set(map(id, tree.body))
    depth = len(path.relative_to(ENGINE).parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            for name in names:
                yield name.split(".")[0], id(node) not in at_top


def test_every_import_is_an_arrow_of_the_list_and_every_arrow_is_used() -> None:
    found: dict[str, set[str]] = {name: set() for name, _ in _modules()}
    lazy = set()
    for name, path in _modules():
        for target, within in _arrows(path):
            if within:
                lazy.add((name, target))
            elif target != name:
                found[name].add(target)
    assert found == {name: set(targets.split()) for name, targets in ARROWS.items()}
    assert lazy == LAZY_ARROWS


def test_the_engine_imports_itself_only_relatively() -> None:
    for _, path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            assert not [name for name in names if name.split(".")[0] == "transcripts"], path


@pytest.mark.parametrize("package", KNOWN_BY)
def test_what_reaches_out_is_known_only_where_it_should_be(package: str) -> None:
    users = {name for name, path in _modules() if package in _absolute_imports(path)}
    assert users <= KNOWN_BY[package]


def _absolute_imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_every_module_says_what_it_does_and_is_named_so() -> None:
    for name, path in _modules():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
        assert not {name, path.stem} & FORBIDDEN


# --- What is loaded ---------------------------------------------------------------------

_LOADED = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def _loaded(code: str, *, cwd: Path | None = None) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{_LOADED}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PYTHONPATH": str(PLUGINS), "PATH": "/usr/bin:/bin"},
    )
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return names


_RUNS = (
    *("transcripts.runners", "transcripts.inputs", "transcripts.roots", "transcripts.supplies"),
    *("transcripts.rerun", "transcripts.accept", "transcripts.housekeeping"),
    *("transcripts.session", "transcripts.crews", "transcripts.errand"),
    "transcripts.__main__",
)
_RENDERS = ("transcripts.render", "transcripts.loom", "transcripts.weave", "transcripts.plugin")


def _of(loaded: list[str], names: tuple[str, ...]) -> list[str]:
    return [one for one in loaded if one in names or one.startswith(tuple(f"{n}." for n in names))]


def test_what_renders_loads_nothing_that_runs() -> None:
    assert _of(_loaded("import transcripts.weave, transcripts.plugin"), _RUNS) == []


def test_what_runs_loads_nothing_that_renders() -> None:
    loaded = _loaded("import transcripts.rerun, transcripts.runners.namespace, transcripts.accept")
    assert _of(loaded, (*_RENDERS, "pelican", "markdown", "pygments.lexers")) == []


_SITE = """
PATH = "content"
OUTPUT_PATH = "output"
SITEURL = ""
TIMEZONE = "UTC"
THEME = "simple"
PLUGINS = ["transcripts"]
PLUGIN_PATHS = [{plugins!r}]
TRANSCRIPTS_RUN = "never"
"""
_POST = "Title: A post\nDate: 2009-03-08\n\n```console run\n$ touch ran\n```\n"


def test_a_build_that_may_run_nothing_loads_nothing_that_could(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "post.md").write_text(_POST)
    (tmp_path / "pelicanconf.py").write_text(_SITE.format(plugins=str(PLUGINS)))
    loaded = _loaded(
        "from pelican import Pelican\nfrom pelican.settings import read_settings\n"
        "Pelican(read_settings('pelicanconf.py')).run()",
        cwd=tmp_path,
    )
    assert _of(loaded, _RUNS) == []
    assert "transcripts.plugin" in loaded
    assert "is not recorded" in (tmp_path / "output" / "a-post.html").read_text()
    assert not list(tmp_path.rglob("*.recording*"))
