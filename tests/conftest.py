"""What tests of several rooms stand on."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.adapters.git.git_helpers import new_repository

# A busy machine stops for longer than any example takes: no example has a deadline.
settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A real git repository with one commit on `main`."""
    return new_repository(tmp_path / "repo")
