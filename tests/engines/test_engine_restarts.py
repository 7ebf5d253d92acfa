"""A container engine is restarted under its tasks; their conversations go on by id.

pytest -m long tests/engines/test_engine_restarts.py
"""

import signal
from pathlib import Path

import pytest

from swarm.model import agent_screen, events
from swarm.model.task import State, Task
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.engines import second_engines
from tests.scripted_agent import begin, description, said, told, until_screen

SEEN = "curl -s -m 20 -o /dev/null -w '%{http_code}' http://not-allowed.example/"
"""Through the gate, which denies it in its own words."""

PATIENCE = 240.0
"""Seconds; an engine that ends waits for each of its containers."""
WAYS = [
    pytest.param(signal.SIGTERM, False, id="in order"),
    pytest.param(signal.SIGKILL, False, id="killed"),
    pytest.param(signal.SIGTERM, True, id="in order, live restore"),
    pytest.param(signal.SIGKILL, True, id="killed, live restore"),
]


@pytest.mark.long
# A socket to an engine that went away is closed by Python, not by us.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("number", "live_restore"), WAYS)
def test_a_task_outlives_the_restart_of_its_engine(
    number: int,
    live_restore: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It lives on, or goes on in a fresh box; nothing is told twice."""
    with second_engines.restartable(live_restore) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        with open_keeper_harness() as harness:
            harness.patience = PATIENCE
            harness.start_keeper()
            sample = new_sample_repository(tmp_path / "sample")
            task = begin(harness, sample, description())
            # Seen to wait for its human, it is told nothing that the human did not say.
            until_screen(harness, task.id, agent_screen.READY)
            known = task.conversation
            before = _box(harness, task)

            engine.end(number)
            harness.until(lambda: _is_engine_down(harness), "the engine's end is seen")
            engine.start()
            harness.until(lambda: not _is_engine_down(harness), "the engine is seen")
            _until_back(harness, task, before, lives_on=live_restore)

            pane = harness.context.names(task.id).pane
            harness.context.panes.send(pane, "two", enter=True)
            task = told(harness, task.id, 2)
            assert said(harness, task) == ["one", "two"]
            assert task.conversation == known
            assert len(harness.task_containers()) == 1
            _until_the_gate_answers(harness, task)


def _until_back(
    harness: KeeperHarness, task: Task, before: str, lives_on: bool
) -> None:
    if not lives_on:
        harness.until(lambda: _box(harness, task) not in ("", before), "a fresh box")
    harness.until_state(task.id, State.LIVE)
    assert (_box(harness, task) == before) is lives_on
    pane = harness.context.names(task.id).pane
    # Its window was attached by the engine that is gone, and is opened anew.
    harness.until(lambda: _is_attached(harness, pane), "its window")
    harness.until(lambda: "said" in _screen(harness, pane), "its screen")


def _is_attached(harness: KeeperHarness, pane: str) -> bool:
    shown = harness.context.panes.all().get(pane)
    return shown is not None and not shown.dead


def _screen(harness: KeeperHarness, pane: str) -> str:
    shown = harness.context.panes.capture([pane]).get(pane)
    return shown.text if shown else ""


def _box(harness: KeeperHarness, task: Task) -> str:
    facts = harness.context.containers.inspect(harness.context.names(task.id).sandbox)
    return facts.id if facts and facts.status == "running" else ""


def _is_engine_down(harness: KeeperHarness) -> bool:
    down = harness.queries.events.newest(events.ContainerEngineDown)
    up = harness.queries.events.newest(events.ContainerEngineUp)
    return down is not None and (up is None or up[0] < down[0])


def _until_the_gate_answers(harness: KeeperHarness, task: Task) -> None:
    box = harness.context.names(task.id).sandbox
    argv = ["sh", "-c", f'[ "$({SEEN})" = 403 ]']
    harness.until(
        lambda: not harness.context.containers.exec_status(box, argv),
        "the gate answers",
    )
