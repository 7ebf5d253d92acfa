"""A clock, its zone and a keeper for every test of the dashboard."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual import _time  # it has taken `time.monotonic` by value

from swarm.tui.dialogs.base import Dialog
from tests.scenes import Scene, record
from tests.tui.fakes import FakeBackend
from tests.tui.idle_time import CLOCK, IdleSkippingLoop
from tests.tui.parsed_styles import keep_parsed
from tests.tui.unseen_frames import leave_undrawn

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, LoopFactory]:
    """Skip idle time, except in a test that waits for real programs."""
    if item.get_closest_marker("real_time"):
        return {"real time": asyncio.new_event_loop}
    return {"idle time skipped": IdleSkippingLoop}


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One clock for the loop, the timers and the dashboard."""
    if not request.node.get_closest_marker("real_time"):
        monkeypatch.setattr(time, "monotonic", CLOCK.monotonic)
        monkeypatch.setattr(_time, "get_time", CLOCK.monotonic)


@pytest.fixture(autouse=True)
def work_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse each style sheet once; draw no frame that no test looks at."""
    keep_parsed(monkeypatch)
    if not request.node.get_closest_marker("real_time"):
        leave_undrawn(monkeypatch)


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
