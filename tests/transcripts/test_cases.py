"""What holds for all case files, and for the messages that they must show."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CASES = Path(__file__).parents[1] / "cases"
ENGINE = Path(__file__).parents[2] / "plugins" / "transcripts"

# Each stage's complaints, and the folder whose expected files must show every one.
COMPLAINTS = {
    "parse": [f"parse/{path.name}" for path in sorted((ENGINE / "parse").glob("*.py"))],
    "record": ["record.py"],
    "config": ["config.py"],
    "compare": ["compare.py", "claims.py", "lines.py"],
}
_RAISING = ("ParseError", "RecordingError", "ConfigError", "_error")


@pytest.mark.parametrize("stage", COMPLAINTS)
def test_every_message_has_a_case(stage: str) -> None:
    shown = [path.read_text(encoding="utf-8") for path in CASES.glob(f"{stage}/*.expected")]
    for name in COMPLAINTS[stage]:
        for line, parts in _messages(ENGINE / name):
            found = any(all(part in text for part in parts) for text in shown)
            assert found, f"{name}:{line}: no case shows the message {' … '.join(parts)!r}"


def _messages(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The constant parts of each message, with the line that it stands in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called in _RAISING and node.args:
            yield node.lineno, _constants(node.args[0])
        elif called == "Drift":
            yield from (
                (node.lineno, _constants(word.value))
                for word in node.keywords
                if word.arg == "message"
            )


def _constants(message: ast.expr) -> list[str]:
    values = message.values if isinstance(message, ast.JoinedStr) else [message]
    texts = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
    return [text for text in texts if text.strip(" :;'=\n")]


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.expected")), ids=lambda path: path.stem)
def test_no_expected_file_is_left_over(path: Path) -> None:
    inputs = [other for other in path.parent.glob(f"{path.stem}.*") if other != path]
    assert inputs


_QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
_ONE_CASE = "tests/transcripts/test_parse.py"


def _pytest(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=CASES.parents[1],
        env={**os.environ, **_QUICK, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_expected_is_not_rewritten_in_ci() -> None:
    done = _pytest(_ONE_CASE, "--accept", "--collect-only", CI="true")
    assert done.returncode == 4
    assert "in CI the expected files stay as they are" in done.stderr


def test_a_folder_without_cases_fails(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    (tests / "cases" / "empty").mkdir(parents=True)
    (tests / "conftest.py").write_text((CASES.parent / "conftest.py").read_text())
    (tests / "test_empty.py").write_text(
        'import pytest\n\n@pytest.mark.cases("empty/*.md")\ndef test_case(case): pass\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)],
        env={**os.environ, **_QUICK},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "tests/cases/empty/*.md: no case; add one" in done.stdout + done.stderr
