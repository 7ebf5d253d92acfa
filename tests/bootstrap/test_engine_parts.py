"""The keeper's parts are built on one home, and every thread reads on its own."""

import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import pytest

from swarm.bootstrap import engine_parts
from swarm.engine.parts import EngineParts
from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries
from tests.fakes import FakeContainers, FakeImages, FakePanes


@pytest.fixture
def parts() -> Iterator[EngineParts]:
    """The parts of a home of their own; no container is started."""
    paths = HomePaths(Path(tempfile.mkdtemp(prefix="swarm-parts-")))
    built = engine_parts.build(paths, FakeContainers(), FakePanes(), FakeImages())
    yield built
    built.meter.close()
    built.nets.close()
    built.sensor.close()
    built.context.read().close()
    built.context.journal.close()
    rmtree(paths.home)


def test_a_thread_reads_through_its_own_connection(parts: EngineParts) -> None:
    """SQLite connections must not be shared between threads."""
    others: list[Queries] = []
    mine = parts.context.read()

    thread = threading.Thread(target=lambda: others.append(parts.context.read()))
    thread.start()
    thread.join()

    assert parts.context.read() is mine
    assert others[0] is not mine


def test_a_sensor_s_line_reaches_the_supervisor(parts: EngineParts) -> None:
    """The sensor's clients are built before the supervisor that hears them."""
    sensor = parts.sensor

    assert sensor._sensor._on_line == sensor.on_line
    assert sensor._fallback._on_line == sensor.on_line  # type: ignore[attr-defined]


def test_a_thread_that_reads_first_when_the_home_has_moved_begins_no_other(
    parts: EngineParts,
) -> None:
    """Who came later would take the empty one for the home."""
    home = parts.context.paths.home
    parts.context.read()
    away = home.rename(home.with_name(f"{home.name}-away"))
    with ThreadPoolExecutor(1) as executor:
        error = executor.submit(parts.context.read).exception()
    was_begun = home.exists()
    rmtree(home, ignore_errors=True)
    away.rename(home)

    assert isinstance(error, SwarmError)
    assert "cannot be opened" in error.message
    assert not was_begun
