"""A keeper of its own for a test: real engine, tmux and git, a home of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.fakes import ChangedEngine


@pytest.fixture
def harness() -> Iterator[KeeperHarness]:
    """A home of the test's own; everything that bears its label goes at the end."""
    with open_keeper_harness() as opened:
        yield opened


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChangedEngine]:
    """The real engine, behind a socket on which a test changes its answers."""
    changed = ChangedEngine(tmp_path / "s")
    monkeypatch.setenv("DOCKER_HOST", changed.url)
    yield changed
    changed.close()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A repository with one commit and one file."""
    return new_sample_repository(tmp_path / "sample")
