"""An agent that asks by its server goes on in a fresh box, and still asks."""

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import images
from swarm.model.task import State
from swarm.scripted_model.steps import Say
from tests.agents.asking import COMMAND, AskingAgent
from tests.agents.driven import last_words, open_driven_agents


@pytest.mark.agents
def test_a_conversation_that_goes_on_asks_as_before(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    images.build(DockerImages(), "agents/codex", lambda _line: None)
    with open_driven_agents(tmp_path_factory.mktemp("resumed"), ["codex"]) as house:
        asking, marker = AskingAgent(house, "codex"), "codex-first"
        house.model.plays(marker, [Say(last_words(marker))])
        prompt = f"Please do {marker} now."
        task = house.start("codex", "screen", prompt, mode="ask")
        house.end(task, "screen", marker, 0)

        house.model.plays("codex-second", [COMMAND, Say("done")])
        house.harness.wish_done("continue", task=task, prompt="And codex-second.")
        house.harness.until_state(task, State.LIVE)
        question = asking.question(task)
        asking.answer(task, question.id, "once")
        asking.until_done(task, "codex-second", 1)

        assert any("ran-it" in said for said in house.model.results("codex-second"))
        house.harness.wish_done("kill", task=task)
