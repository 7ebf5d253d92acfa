"""Real agents at a usage limit: all wait, each goes on once, and its work is done.

Whether an agent ends at the limit, hangs, or tries again by itself after the reset is
its own affair: the gate's fact decides, and nobody is taken up twice.
"""

from collections.abc import Iterator

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import images
from swarm.engine.tasks import after_limit
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from swarm.model.task import State, Task
from swarm.scripted_model.steps import Hold, LimitUntil
from tests.agents.driven import DrivenAgents, open_driven_agents, steps

pytestmark = pytest.mark.agents

AGENTS = ("claude", "codex", "qwen", "opencode")
SECONDS = 20.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all; the limit of one agent's host is over before the next."""
    with open_driven_agents(tmp_path_factory.mktemp("limits"), AGENTS) as opened:
        opened.harness.patience = 900.0
        yield opened


def until(house: DrivenAgents, ids: list[int], what: str) -> None:
    """Block until all of them are `asking`, `limited`, or `done` with their work."""

    def holds(task: Task) -> bool:
        if what == "asking":
            return task.model.open_requests > 0
        if what == "limited":
            return task.limit is not None
        has_ended = task.state is State.STOPPED and task.exit_code == 0
        return has_ended and task.limit is None

    tasks = house.harness.queries.tasks
    for number in ids:
        house.harness.until(
            lambda number=number: holds(tasks.get(number)),  # type: ignore[misc]  # mypy knows no default of a lambda
            f"{number} is {what}",
        )


def _commits(house: DrivenAgents, task: int) -> int:
    return house.harness.queries.tasks.get(task).review.commits


def happened(house: DrivenAgents, task: int) -> list[events.Event]:
    found = house.harness.queries.events.after(task=task, limit=100_000)
    return [each.event for each in found]


@pytest.mark.parametrize("agent", AGENTS)
def test_three_wait_for_the_reset_and_go_on_once(
    house: DrivenAgents, agent: str
) -> None:
    """And a fourth, that is switched off, is never taken up."""
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    marker = f"{agent}-at-its-limit"
    hold, limit = Hold(seconds=600.0), LimitUntil(SECONDS)
    house.model.plays(marker, [hold, limit, *steps(agent)])
    prompt = f"Please do {marker} now."
    choices = ("yes", "yes", "yes", "no")
    ids = [
        house.start(agent, "headless", prompt, resume_after_limit=choice)
        for choice in choices
    ]
    until(house, ids, "asking")
    hold.released.set()
    until(house, ids, "limited")
    until(house, ids[:3], "done")

    for task in ids[:3]:
        seen = happened(house, task)
        tries = [e for e in seen if isinstance(e, events.ModelLimitTried)]
        again = [e for e in seen if isinstance(e, events.TaskContinued)]
        assert len(tries) <= 1, tries
        assert len(again) == len(tries)
        assert sum(isinstance(e, events.ModelLimitLifted) for e in seen) == 1
        shown = [
            e
            for e in seen
            if isinstance(e, events.AgentStateChanged)
            and e.state is AgentState.LIMITED
            and e.source is Source.GATE
        ]
        assert shown
        worktree = house.harness.paths.worktree(task)
        assert (worktree / "hello.txt").read_text() == "hello\n"
        house.harness.until(
            lambda task=task: _commits(house, task) == 1,  # type: ignore[misc]  # mypy knows no default of a lambda
            "its commit came home",
        )
    off = happened(house, ids[3])
    assert not any(isinstance(e, events.ModelLimitTried) for e in off)
    if house.harness.queries.tasks.get(ids[3]).state is State.LIVE:
        house.harness.wish("stop", task=ids[3])


BY = {"codex": "channel", "opencode": "", "qwen": "", "claude": ""}
"""How each goes on; empty for one that asks again by itself, at a reset so near."""


@pytest.mark.parametrize("agent", BY)
def test_on_its_screen_it_goes_on_once_and_nothing_lands_in_a_dialog(
    house: DrivenAgents, agent: str
) -> None:
    """Who goes on by itself is not told; a word is said once, and a turn follows."""
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    marker = f"{agent}-screen-limit"
    limit = LimitUntil(SECONDS)
    house.model.plays(marker, [limit, *steps(agent, f"All of {marker} is done.")])
    more = {"mode": "ask"} if agent == "codex" else {}
    prompt = f"Please do {marker} now."
    task = house.start(agent, "screen", prompt, resume_after_limit="yes", **more)
    until(house, [task], "limited")
    tasks, asked = house.harness.queries.tasks, set[str]()

    def is_done() -> bool:
        for question in tasks.get(task).questions:
            if question.id not in asked:
                asked.add(question.id)
                body = {"question_id": question.id, "answer": "once"}
                house.harness.wish("answer", task=task, **body)
        return house.model.furthest(marker) >= len(steps(agent))

    house.harness.until(is_done, f"its work\n{house.screen(task)}")

    ways = [
        each.how
        for each in happened(house, task)
        if isinstance(each, events.ModelLimitTried)
    ]
    print(agent, ways)
    if BY[agent]:
        assert ways == [BY[agent]]
    assert len(ways) <= 1
    said = [
        sum(after_limit.GO_ON in turn.text for turn in seen.asked.turns)
        for seen in house.model.seen
        if any(marker in turn.text for turn in seen.asked.turns)
    ]
    assert max(said) == len(ways)
    house.harness.wish_done("kill", task=task)
