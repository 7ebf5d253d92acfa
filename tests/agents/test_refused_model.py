"""A refusal of the model's host is told with a way out, whatever the agent says."""

from collections.abc import Iterator

import pytest

from swarm.adapters.docker import DockerImages
from swarm.cli import wait_goals
from swarm.engine.host import images
from swarm.model import refusal_text
from swarm.model.agent_state import AgentState
from swarm.model.limits import REFUSED_WORDS
from swarm.model.task import State
from swarm.scripted_model.steps import Fail
from tests.agents.driven import DrivenAgents, open_driven_agents

AGENTS = ("claude", "codex", "gemini", "opencode")
OFTEN = 1000
PATIENCE = 600.0
"""Seconds: Claude tries a wrong key again for three and a half minutes."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all."""
    for agent in AGENTS:
        images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    with open_driven_agents(tmp_path_factory.mktemp("agents"), AGENTS) as opened:
        opened.harness.patience = PATIENCE
        yield opened


def _runs() -> Iterator[object]:
    for agent in AGENTS:
        for status, why in ((401, "key"), (404, "model"), (403, "forbidden")):
            is_quick = (agent, status) in {("codex", 404), ("gemini", 401)}
            marks = [] if is_quick else [pytest.mark.agents]
            name = f"{agent}-{status}"
            yield pytest.param(agent, status, why, marks=marks, id=name)


@pytest.mark.parametrize(("agent", "status", "why"), list(_runs()))
def test_a_headless_agent_ends_with_the_refusal_as_its_reason(
    house: DrivenAgents, agent: str, status: int, why: str
) -> None:
    """Claude tries a wrong key for minutes: it is told meanwhile, too."""
    marker = f"refused-{agent}-{status}"
    house.model.plays(marker, [Fail(status, OFTEN)])
    task_id = house.start(agent, "headless", f"Please do {marker} now.")
    tasks = house.harness.queries.tasks
    house.harness.until(lambda: tasks.get(task_id).refusal is not None, "the refusal")
    live = tasks.get(task_id)
    if live.state is State.LIVE:
        assert refusal_text.of_live(live).startswith(REFUSED_WORDS[why])

    task = house.harness.until_state(task_id, State.STOPPED)

    log = house.log(task_id)[-2000:]
    assert task.reason.startswith(f"{REFUSED_WORDS[why]}: "), (task.reason, log)
    assert f" answered {status}" in task.reason
    assert f"swarm retry --continue {task_id}" in task.hint
    assert wait_goals.status_of(wait_goals.END, [task]), log
    house.harness.until(
        lambda: _is_told_as_failed(house, task_id), f"{tasks.get(task_id).agent_status}"
    )


def _is_told_as_failed(house: DrivenAgents, task_id: int) -> bool:
    status = house.harness.queries.tasks.get(task_id).agent_status
    return status is not None and status.state is AgentState.FAILED
