"""A keeper is killed between a human's answer and its delivery: answered once.

The answer is stored by then. It was not sent yet, or it was on its way: what stands in
the box between keeper and agent is held for as long.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import images
from swarm.model import events
from swarm.scripted_model.steps import Run
from tests.agents.asking import AskingAgent
from tests.agents.driven import DrivenAgents, open_driven_agents
from tests.agents.key_search import processes_of
from tests.engine.keeper_process import keeper_process, kill

pytestmark = pytest.mark.agents

AGENTS = ("claude", "codex", "opencode", "qwen")
FIRST = Run("echo one >> runs.txt && echo ran-one", is_asked=True)
SECOND = Run("echo two >> runs.txt && echo ran-two", is_asked=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all, whose keepers the tests start."""
    with open_driven_agents(tmp_path_factory.mktemp("killed"), AGENTS) as opened:
        opened.harness.patience = 300.0
        opened.harness.stop_keepers()
        yield opened


def far_ends(house: DrivenAgents, task: int) -> list[int]:
    """The programs of the keeper's in the box, by the host's numbers."""
    box = house.harness.context.names(task).sandbox
    words = {pid: Path(f"/proc/{pid}/cmdline") for pid in processes_of(box)}
    return [pid for pid, file in words.items() if b"swarm.box" in file.read_bytes()]


@pytest.mark.parametrize("when", ["not sent yet", "on its way"])
@pytest.mark.parametrize("agent", AGENTS)
def test_it_is_answered_once_and_the_next_question_is_not(
    house: DrivenAgents, agent: str, when: str
) -> None:
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    asking, harness = AskingAgent(house, agent), house.harness
    marker = f"{agent}-killed-{when.replace(' ', '-')}"
    with keeper_process(harness) as keeper:
        task = asking.asks(marker, FIRST, SECOND)
        question = asking.question(task)
        (program,) = far_ends(house, task)
        os.kill(program, signal.SIGKILL if when == "not sent yet" else signal.SIGSTOP)
        asking.answer(task, question.id, "once")
        kill(keeper)
    answers = harness.queries.tasks.get(task).answers
    assert [(each.by, each.is_delivered) for each in answers] == [("us", False)]
    if when == "on its way":
        os.kill(program, signal.SIGCONT)

    with keeper_process(harness):
        asking.until_done(task, marker, 1)
        second = asking.question(task)
        assert second.id != question.id
        assert "two" in second.body
        harness.until(
            lambda: all(each.is_delivered for each in asking.task(task).answers),
            "it is told that the answer arrived",
        )
        asking.answer(task, second.id, "reject")
        harness.until(
            lambda: all(each.is_delivered for each in asking.task(task).answers),
            "the second answer arrived",
        )

        ran = (harness.paths.worktree(task) / "runs.txt").read_text()
        assert ran == "one\n"
        recorded = asking.recorded(task)
        print(agent, when, recorded)
        answered = [e for e in recorded if isinstance(e, events.QuestionAnswered)]
        assert [(each.id, each.by) for each in answered] == [("1", "us"), ("2", "us")]
        delivered = [e for e in recorded if isinstance(e, events.AnswerDelivered)]
        assert [each.id for each in delivered][:1] == ["1"]
        harness.wish_done("kill", task=task)
