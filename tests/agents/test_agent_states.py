"""Each agent's states in a real box, from its start to its end, with their evidence.

What is asserted is what the journal holds: a state that nobody could have seen counts
for nothing.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.cli.agent.check_turn import end_of
from swarm.engine.host import images
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from swarm.model.task import State
from swarm.scripted_model.steps import Hold, Run
from tests.agents.driven import PATIENCE, DrivenAgents, open_driven_agents

SHORT, REST = ("claude", "codex"), ("gemini", "opencode", "qwen")
WAIT = "until [ -e go-on ]; do sleep 0.1; done"
CLAIMS = frozenset({Source.CHANNEL, Source.HOOK, Source.TITLE, Source.SCREEN})
AGENTS: list[Any] = [
    *SHORT,
    *(pytest.param(agent, marks=pytest.mark.agents) for agent in REST),
]
A = AgentState


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all of them; an image is built by the test that wants it."""
    folder = tmp_path_factory.mktemp("states")
    with open_driven_agents(folder, (*SHORT, *REST)) as opened:
        opened.harness.patience = 2 * PATIENCE
        yield opened


def history(house: DrivenAgents, task: int) -> list[events.AgentStateChanged]:
    records = house.harness.queries.events.after(task=task, limit=10_000)
    return [r.event for r in records if isinstance(r.event, events.AgentStateChanged)]


def until(house: DrivenAgents, task: int, state: A, detail: str, after: int) -> int:
    """Block until it was in that state; the place after it in the history."""
    places: list[int] = []

    def has_been() -> bool:
        places[:] = [
            place
            for place, each in enumerate(history(house, task), 1)
            if place > after
            and (each.state, each.detail) == (state, detail)
            and (state is not A.READY or each.source in CLAIMS)
        ]
        return bool(places)

    house.harness.until(
        has_been, f"{state} {detail}\n{history(house, task)}\n{house.screen(task)}"
    )
    return places[0]


@pytest.mark.parametrize("agent", AGENTS)
def test_a_turn_is_seen_from_its_start_to_its_end(
    house: DrivenAgents, agent: str
) -> None:
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    marker, held = f"{agent}-states", Hold(seconds=PATIENCE)
    house.model.plays(marker, (held, Run(WAIT), end_of(registry.find(agent))))
    task = house.start(agent, "screen", f"Please do {marker} now.")

    seen = [until(house, task, A.STARTING, "", 0)]
    seen.append(until(house, task, A.WORKING, "model", seen[-1]))
    held.released.set()
    house.harness.until(
        lambda: any(
            (one.state, one.detail, one.rule) == (A.WORKING, "tool", "command")
            for one in history(house, task)[seen[-1] :]
        ),
        f"its command\n{house.screen(task)}",
    )
    seen.append(until(house, task, A.WORKING, "tool", seen[-1]))
    (house.harness.paths.worktree(task) / "go-on").write_text("")
    seen.append(until(house, task, A.READY, "", seen[-1]))
    house.harness.wish_done("stop", task=task)
    house.harness.until_state(task, State.STOPPED)
    seen.append(until(house, task, A.ENDED, "stopped by you", seen[-1]))

    told = [history(house, task)[place - 1] for place in seen]
    assert [one.source for one in told[:3]] == ["engine", "gate", "sensor"]
    assert told[3].source in CLAIMS, told[3]
    assert told[4].source == "engine"
    # A screen that is drawn late on a busy machine may contradict for a while.
    assert not told[4].contradiction
