"""Case files for all tests: an input, and beside it the text that is expected of it.

A test with the mark ``cases("parse/*.md")`` runs once for each such file of ``tests/cases``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are shared and noisy: a slow example is no failure.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

CASES = Path(__file__).parent / "cases"
Expect = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite the expected files of all cases that run"
    )


def pytest_configure(config: pytest.Config) -> None:
    # A shell lets what it starts in the background ignore Ctrl-C; tests start programs and send it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "cases(pattern): run once for each file of tests/cases")
    if config.getoption("--accept") and os.environ.get("CI") == "true":
        raise pytest.UsageError("--accept is for people: in CI the expected files stay as they are")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if mark := metafunc.definition.get_closest_marker("cases"):
        pattern = mark.args[0]
        found = sorted(CASES.glob(pattern))
        if not found:
            raise pytest.UsageError(f"tests/cases/{pattern}: no case; add one")
        metafunc.parametrize("case", found, ids=[path.stem for path in found])


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """Compare a text with the expected file, or with ``--accept`` make it the expected one."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--accept"):
            path.write_bytes(text.encode())
        assert path.is_file(), f"{path} is missing; see what it would be with --accept"
        assert text == path.read_bytes().decode()

    return check
