"""What tests of several rooms stand on."""

from pathlib import Path

import pytest

from tests.adapters.git.kit import new_repository


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A real git repository with one commit on `main`."""
    return new_repository(tmp_path / "repo")
