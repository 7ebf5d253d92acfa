"""Agents whose hooks only tell that they ask, or hide the dialog while they wait."""

from collections.abc import Iterator

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import images
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from tests.adapters.tmux.terminal import attached
from tests.agents.asking import COMMAND, EDIT, AskingAgent
from tests.agents.driven import DrivenAgents, open_driven_agents

pytestmark = pytest.mark.agents

AGENTS = ("gemini", "copilot")
TELLS = ("gemini",)
DIALOGS = ("Allow execution of", "Do you want to run")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for both."""
    with open_driven_agents(tmp_path_factory.mktemp("told"), AGENTS) as opened:
        opened.harness.patience = 600.0
        yield opened


@pytest.mark.parametrize("agent", TELLS)
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
    house.harness.context.panes.send(pane, "1", enter=False)
    asking.until_done(task, marker, 1)
    house.harness.until(
        lambda: bool(told(AgentState.READY, Source.HOOK)),
        f"it is ready\n{house.screen(task)}",
    )

    assert "year.txt" in told(AgentState.ASKS_PERMISSION, Source.HOOK)[0].text
    assert any("ran-it" in said for said in house.model.results(marker))
    assert asking.task(task).questions_asked == 0
    house.harness.wish_done("kill", task=task)


def test_copilot_is_answered_by_id_and_asks_whoever_looks_at_it(
    house: DrivenAgents,
) -> None:
    """Its screen has no dialog while we wait: it is drawn once it is attached to."""
    images.build(DockerImages(), "agents/copilot", lambda _line: None)
    asking, marker, harness = (
        AskingAgent(house, "copilot"),
        "copilot-by-id",
        house.harness,
    )
    task = asking.asks(marker, COMMAND, EDIT, COMMAND)
    command = asking.question(task)
    assert (command.tool, command.allows_always) == ("bash", False)
    assert "year.txt" in command.body
    asking.answer(task, command.id, "once")
    asking.until_done(task, marker, 1)
    edit = asking.question(task)
    assert "+hello" in edit.body
    asking.answer(task, edit.id, "reject", "not now")
    asking.until_done(task, marker, 2)
    results = house.model.results(marker)
    assert any("ran-it" in said for said in results)
    assert any("not now" in said for said in results)

    last = asking.question(task)
    pane = harness.context.names(task).pane
    assert not any(word in house.screen(task) for word in DIALOGS)
    with attached(harness.context.panes.attach_argv(pane), size=(120, 40)):
        harness.until(
            lambda: any(word in house.screen(task) for word in DIALOGS),
            f"its dialog is drawn\n{house.screen(task)}",
        )
        assert asking.task(task).questions == ()
        harness.context.panes.send(pane, "1", enter=True)
        asking.until_done(task, marker, 3)
    assert asking.task(task).answers[-1].question == last.id
    assert asking.task(task).answers[-1].by == "pane"
    harness.wish_done("kill", task=task)
