"""A container's labels may be its image's, which anybody may have written."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.bootstrap import wiring
from swarm.engine import container_events
from swarm.engine.container_events import ContainerEventWatcher, task_of
from swarm.model import events
from swarm.plan.naming import TASK_LABEL, HomePaths
from tests.engine.fake_context import fake_context
from tests.fakes import FakeContainers


def test_a_task_s_container_names_its_task() -> None:
    assert task_of({TASK_LABEL: "17"}) == 17


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\N{SUPERSCRIPT TWO}",
        "9" * 5000,
        "9" * 19,
        "-1",
        "0",
        "+1",
        "1 ",
        "1\n",
        "x",
    ],
    ids=ascii,
)
def test_what_is_no_number_of_a_task_is_nobody_s(text: str) -> None:
    """An exception would end the thread that hears of every container."""
    assert task_of({TASK_LABEL: text}) is None


def test_a_container_without_the_label_is_nobody_s() -> None:
    assert task_of({}) is None


def rename(database: Path, table: str, name: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_a_stream_that_ends_is_an_engine_that_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be back at once, and what it ended meanwhile is told by nobody."""
    monkeypatch.setattr(container_events, "RETRY_SECONDS", 0.01)
    paths, engine, back = HomePaths(tmp_path), FakeContainers(), threading.Event()
    with fake_context(paths, engine) as context:
        watcher = ContainerEventWatcher(context, lambda *_: None, back.set)
        watcher.start()
        try:
            assert back.wait(60)
            back.clear()
            engine._news.put(None)
            assert back.wait(60)
            down = context.read().events.newest(events.ContainerEngineDown)
            assert down
        finally:
            watcher.close()


@pytest.mark.parametrize("is_down", [True, False])
def test_what_cannot_be_recorded_ends_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_down: bool
) -> None:
    """The engine goes or comes while the database cannot be written: it is followed."""
    monkeypatch.setattr(container_events, "RETRY_SECONDS", 0.01)
    paths, engine, back = HomePaths(tmp_path), FakeContainers(), threading.Event()
    with fake_context(paths, engine) as context:
        engine.down = is_down
        rename(paths.database, "event", "away")
        watcher = ContainerEventWatcher(context, lambda *_: None, back.set)
        watcher.start()
        if is_down:
            while watcher._up is None:
                watcher._ended.wait(0.01)
            engine.down = False
        try:
            assert back.wait(60)
            assert watcher._thread.is_alive()
        finally:
            watcher.close()


def test_a_stream_that_opens_while_it_is_closed_ends_as_well(tmp_path: Path) -> None:
    """A keeper that is stopped as it starts does not wait for the engine's word."""
    with (
        fake_context(HomePaths(tmp_path)) as faked,
        closing(wiring.sandboxes()) as containers,
    ):
        context = replace(faked, containers=containers)
        for _ in range(5):
            watcher = ContainerEventWatcher(context, lambda *_: None, lambda: None)
            watcher.start()
            watcher.close()

            assert not watcher._thread.is_alive()
