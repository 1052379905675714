"""What the tests of the engine share: one environment, and quick properties."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, settings

from transcripts.model import Environment

settings.register_profile(
    "engine",
    # Two busy cores say nothing about speed, and a test that is new each time may be too late.
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("engine")


@pytest.fixture
def environments() -> Mapping[str, Environment]:
    return {
        "sandbox": Environment(name="sandbox"),
        "old": Environment(name="old", columns=72),
        "machine": Environment(name="machine", runner="machine", root="debian:bookworm"),
        "network": Environment(name="network", runner="network"),
    }
