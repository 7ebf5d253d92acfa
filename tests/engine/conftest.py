"""A keeper of its own for a test: real engine, real tmux, real git, a home in /tmp."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)


@pytest.fixture
def harness() -> Iterator[KeeperHarness]:
    """A home of the test's own; everything that bears its label goes at the end."""
    with open_keeper_harness() as opened:
        yield opened


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A repository with one commit and one file."""
    return new_sample_repository(tmp_path / "sample")
