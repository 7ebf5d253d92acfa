"""Agents whose hooks tell that they ask, and that are answered on their screens."""

from collections.abc import Iterator

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import images
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from tests.agents.asking import COMMAND, AskingAgent
from tests.agents.driven import DrivenAgents, open_driven_agents

pytestmark = pytest.mark.agents

AGENTS = ("gemini", "copilot")
DIALOGS = ("Allow execution of", "Do you want to run")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for both."""
    with open_driven_agents(tmp_path_factory.mktemp("told"), AGENTS) as opened:
        opened.harness.patience = 600.0
        yield opened


@pytest.mark.parametrize("agent", AGENTS)
def test_a_dialog_is_told_by_its_hook_and_goes_with_its_answer(
    house: DrivenAgents, agent: str
) -> None:
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    asking, marker = AskingAgent(house, agent), f"{agent}-told"
    task = asking.asks(marker, COMMAND)

    def told(state: AgentState, source: Source) -> list[events.AgentStateChanged]:
        found = [r.event for r in house.harness.queries.events.after(task=task)]
        return [
            each
            for each in found
            if isinstance(each, events.AgentStateChanged)
            and (each.state, each.source) == (state, source)
        ]

    house.harness.until(
        lambda: bool(told(AgentState.ASKS_PERMISSION, Source.HOOK)),
        f"it asks\n{house.screen(task)}",
    )
    house.harness.until(
        lambda: any(word in house.screen(task) for word in DIALOGS),
        "its dialog is drawn",
    )
    pane = house.harness.context.names(task).pane
    house.harness.context.panes.send(pane, "1", enter=agent == "copilot")
    asking.until_done(task, marker, 1)
    house.harness.until(
        lambda: bool(told(AgentState.READY, Source.HOOK)),
        f"it is ready\n{house.screen(task)}",
    )

    assert "year.txt" in told(AgentState.ASKS_PERMISSION, Source.HOOK)[0].text
    assert any("ran-it" in said for said in house.model.results(marker))
    assert asking.task(task).questions_asked == 0
    house.harness.wish_done("kill", task=task)
