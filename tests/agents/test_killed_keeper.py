"""A keeper is killed in the middle of an agent's turn; the conversation goes on."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from swarm.adapters.docker import DockerImages
from swarm.cli.agent.check_turn import COMMIT
from swarm.engine.host import images
from swarm.model import events
from swarm.model.task import State, Task
from swarm.scripted_model.steps import Hold, Run, Say, Write
from tests.agents.driven import (
    PATIENCE,
    DrivenAgents,
    last_words,
    open_driven_agents,
)
from tests.engine.keeper_process import keeper_process, kill

AGENT = "claude"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house, whose keepers the tests start."""
    images.build(DockerImages(), f"agents/{AGENT}", lambda _line: None)
    folder = tmp_path_factory.mktemp("agents")
    with open_driven_agents(folder, [AGENT]) as opened:
        opened.harness.stop_keepers()
        yield opened


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of the agent that waits for its model's second answer."""

    house: DrivenAgents
    way: str
    marker: str
    held: Hold = field(default_factory=lambda: Hold(seconds=PATIENCE))

    def begin(self) -> int:
        """The task, once the model was asked a second time."""
        end = Say(last_words(self.marker))
        steps = (Write("hello.txt", "hello\n"), self.held, Run(COMMIT), end)
        self.house.model.plays(self.marker, steps)
        task = self.house.start(AGENT, self.way, f"Please do {self.marker} now.")
        self.house.harness.until(lambda: self._furthest() == 1, "the second request")
        return task

    def _furthest(self) -> int:
        return self.house.model.furthest(self.marker)

    def ask(self, task: int, marker: str) -> list[str]:
        """Go on with the conversation; returns what the model is told of it."""
        self.house.model.plays(marker, [Say(last_words(marker))])
        body = {"task": task, "prompt": f"And now {marker}."}
        self.house.harness.wish_done("continue", **body)
        self.house.end(task, self.way, marker, 0, goes_on=False)
        place = self.house.answered(marker)[-1]
        return [turn.text for turn in self.house.model.seen[place].asked.turns]


def _commits(house: DrivenAgents, task: Task) -> int:
    tree = str(house.harness.paths.worktree(task.id))
    words = ["git", "-C", tree, "rev-list", "--count", f"{task.base}..HEAD"]
    return int(subprocess.run(words, capture_output=True, check=True).stdout)


RUNS = [
    ("screen", "the next keeper"),
    ("headless", "no keeper"),
    pytest.param("screen", "no keeper", marks=pytest.mark.agents),
    pytest.param("headless", "the next keeper", marks=pytest.mark.agents),
]


@pytest.mark.parametrize(("way", "watching"), RUNS)
def test_a_turn_goes_on_whoever_watches_its_end(
    house: DrivenAgents, way: str, watching: str
) -> None:
    """In the same box, and then by id in a fresh one; each prompt is told once."""
    harness, marker = house.harness, f"killed-{way}-{watching.replace(' ', '-')}"
    turn = Turn(house, way, f"{marker}-first")
    before = house.model.charged
    with keeper_process(harness) as keeper:
        task_id = turn.begin()
        kill(keeper)
    box = harness.context.containers.inspect(harness.context.names(task_id).sandbox)
    assert box
    assert box.status == "running"
    if watching == "no keeper":
        turn.held.released.set()
        house.model.wait_for(
            lambda: house.model.furthest(turn.marker) >= 3, "the end of the turn"
        )

    with keeper_process(harness):
        if watching != "no keeper":
            turn.held.released.set()
        house.end(task_id, way, turn.marker, 3)
        task = harness.queries.tasks.get(task_id)
        known = task.conversation
        assert task.state is State.STOPPED
        assert task.reason == ("stopped by you" if way == "screen" else "")
        assert task.review.commits == 1
        told = turn.ask(task_id, f"{marker}-second")

        house.until_answered(task_id)

    task = harness.queries.tasks.get(task_id)
    assert task.conversation == known
    assert sum(f"Please do {turn.marker} now." in text for text in told) == 1
    assert sum(last_words(turn.marker) in text for text in told) == 1
    assert sum(f"And now {marker}-second." in text for text in told) == 1
    assert sum("committed" in text for text in told) == 1
    recorded = harness.queries.events.after(task=task_id)
    assert sum(isinstance(known.event, events.TaskLive) for known in recorded) == 2
    spent = house.model.charged - before
    counted = (task.model.tokens_in, task.model.tokens_out)
    assert counted == (spent.asked, spent.out), harness.journal_text()
