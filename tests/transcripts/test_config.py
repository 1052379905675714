"""Case files: NAME.settings are settings as Pelican's file has them, NAME.expected the Config."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from transcripts.config import Config, read_config
from transcripts.errors import ConfigError
from transcripts.model import Environment, Limits


@pytest.mark.cases("config/*.settings")
def test_settings_are_understood_as_their_case_says(case: Path, expect) -> None:
    settings: dict[str, object] = {}
    exec(case.read_text(encoding="utf-8"), {}, settings)
    try:
        text = "".join(f"{line}\n" for line in _described(read_config(settings)))
    except ConfigError as error:
        text = f"{error}\n"
    expect(case.with_suffix(".expected"), text)


def test_what_is_read_says_nothing_of_the_settings_of_others() -> None:
    assert read_config({"SITENAME": "x", "PLUGINS": ["transcripts"]}) == read_config({})


def _described(config: Config) -> Iterator[str]:
    yield f"posts in {config.content}, run {config.run.value}, strict {config.strict}"
    if config.roots != read_config({}).roots:
        yield f"roots in {config.roots}"
    for name, environment in config.environments.items():
        yield f"environment {name}"
        yield from _differences(environment, Environment(name=name), besides="limits")
        yield from _differences(environment.limits, Limits())


def _differences(value: object, usual: Environment | Limits, besides: str = "") -> Iterator[str]:
    for field in fields(usual):
        if field.name != besides and getattr(value, field.name) != getattr(usual, field.name):
            yield f"  {field.name} {getattr(value, field.name)!r}"
