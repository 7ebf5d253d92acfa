"""Texts that wait for an agent are given by the looks at its screen."""

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.keeper.agent_looks import AgentLooks
from swarm.engine.side_channels.hub import SideChannels
from swarm.engine.tasks import follow_ups
from swarm.errors import SwarmError
from swarm.model import events
from tests.builders import queued
from tests.engine.keeper.keeper_parts import Bench


@pytest.fixture
def agents(bench: Bench) -> AgentLooks:
    return AgentLooks(bench.parts, bench.engine, bench.work, bench.troubles)


def test_only_a_task_for_which_a_text_waits_is_asked(
    bench: Bench, agents: AgentLooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def look(_context: EngineContext, _channels: SideChannels, task_id: int) -> None:
        asked.append(task_id)

    monkeypatch.setattr(follow_ups, "look", look)
    bench.context.journal.queue(queued)
    task = bench.context.journal.queue(queued).id
    bench.context.journal.record(task, events.FollowUpQueued(1, "and the tests"))

    agents.look()

    assert asked == [task]


def test_a_look_that_fails_is_told_once(
    bench: Bench, agents: AgentLooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_tasks: object) -> None:
        raise SwarmError("tmux does not answer")

    monkeypatch.setattr(agents._streams, "look", fail)
    agents.look()
    agents.look()

    (told,) = bench.context.read().events.of_kind(events.Trouble)
    assert told.event == events.Trouble("screens", "tmux does not answer")
