"""A clock zone and a keeper for every test of the dashboard."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.tui.dialogs.base import Dialog
from tests.scenes import Scene, record
from tests.tui.fakes import FakeBackend


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """UTC, and colours, whatever the developer's terminal says."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def armed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dialogs are armed at once; the one test of the delay sets it back."""
    monkeypatch.setattr(Dialog, "arm_seconds", 0.0)


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[[Scene], FakeBackend]:
    """Records a scene into a file of this test's own."""
    return lambda scene: record(scene, tmp_path / "swarm.db")
