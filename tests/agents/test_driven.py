"""Each shipped agent at work in a real box, in each way to run, from prompt to commit.

Four agents run in `make test`, two of them in both ways; `make test-agents` runs all.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from swarm.adapters.docker import DockerContainers, DockerImages
from swarm.agents import registry
from swarm.cli.agent.check_policy import FORBIDDEN
from swarm.engine.host import images
from swarm.model.task import State, Task
from swarm.scripted_model.dialogue import Usage
from tests.agents.driven import (
    KEY,
    DrivenAgents,
    edits_in_text,
    last_words,
    open_driven_agents,
)
from tests.agents.key_search import image_with

BRIEFING = "You work alone in a container"
SHORT = ("claude", "codex", "gemini", "opencode")
IN_ONE_WAY = {"gemini": "headless", "opencode": "screen"}
"""The two that take longest to start: the way in which `make test` runs them."""
REST = ("aider", "cline", "copilot", "kimi", "mini", "pi", "qwen", "vibe")


def _runs() -> Iterator[Any]:
    for agent in (*SHORT, *REST):
        for way in registry.find(agent).ways:
            is_short = agent in SHORT and IN_ONE_WAY.get(agent, way) == way
            marks = [] if is_short else [pytest.mark.agents]
            yield pytest.param((agent, way), id=f"{agent}-{way}", marks=marks)


RUNS = list(_runs())


@dataclass(frozen=True, slots=True)
class Worked:
    """A task after its turn."""

    house: DrivenAgents
    agent: str
    way: str
    task: Task
    told: tuple[Usage, ...]
    """What the server told meanwhile that its answers cost."""

    @property
    def marker(self) -> str:
        """What its prompt is known by."""
        return f"{self.agent}-{self.way}-work"

    @property
    def runs_commands(self) -> bool:
        """False for an agent that only edits."""
        return not edits_in_text(self.agent)


@cache
def places_in_image(name: str) -> list[str]:
    """Where the image has the key; each is searched once, for both ways to run."""
    containers = DockerContainers()
    reference = images.reference(containers, name)
    containers.close()
    return image_with(reference, KEY.encode())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all."""
    folder = tmp_path_factory.mktemp("agents")
    with open_driven_agents(folder, (*SHORT, *REST)) as opened:
        yield opened


@pytest.fixture(scope="module", params=RUNS)
def worked(house: DrivenAgents, request: pytest.FixtureRequest) -> Worked:
    """One run of an agent, ended and taken in."""
    agent, way = request.param
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    first = len(house.model.seen)
    task = house.work(agent, way, f"{agent}-{way}-work")
    told = tuple(seen.spent for seen in house.model.seen[first:] if seen.spent)
    return Worked(house, agent, way, task, told)


def test_it_writes_runs_and_commits(worked: Worked) -> None:
    """The file is in the commit that came home through the quarantine."""
    house, task = worked.house, worked.task
    worktree = house.harness.paths.worktree(task.id)

    log = house.log(task.id)[-4000:]
    assert task.state is State.STOPPED, log
    assert (worktree / "hello.txt").read_text() == "hello\n", log
    assert task.review.commits == 1, log
    if worked.way == "headless":
        assert task.exit_code == 0, log
    if worked.runs_commands:
        assert any("committed" in said for said in house.model.results(worked.marker))


def test_it_is_told_where_it_is(worked: Worked) -> None:
    """The briefing is in what it asks its model with."""
    if registry.find(worked.agent).places.briefing.kind == "none":
        pytest.skip(f"{worked.agent} reads no briefing")
    house = worked.house

    asked = [
        house.model.seen[place].body
        for place in house.answered(worked.marker, not worked.runs_commands)
    ]
    assert asked
    assert any(BRIEFING in json.dumps(body) for body in asked)


def test_a_host_is_denied_and_no_extra_is_asked_aloud(worked: Worked) -> None:
    """What the agent asks by itself is silenced, or denied without a row."""
    denied = worked.house.denied(worked.task.id)

    aloud = {host for host, is_quiet in denied.items() if not is_quiet}
    assert aloud == ({FORBIDDEN} if worked.runs_commands else set())


def test_the_key_is_put_in_at_the_gate_and_is_nowhere_else(worked: Worked) -> None:
    """Not in the environment, files, `/proc`, memory, inspect, logs or database."""
    assert worked.house.model.keys == {KEY}
    assert worked.house.places_of_the_key(worked.task.id) == []


@pytest.mark.agents
def test_the_key_is_in_no_layer_of_its_image(worked: Worked) -> None:
    """Nor in the image's history, or in what it is set to."""
    assert places_in_image(f"agents/{worked.agent}") == []


def test_the_gate_counts_what_the_server_told(worked: Worked) -> None:
    """To the token, answer by answer; what the stop cut off is estimated."""
    house, task = worked.house, worked.task
    house.until_answered(task.id)
    model = house.harness.queries.tasks.get(task.id).model
    told = Counter((spent.asked, spent.out) for spent in worked.told)
    counted = house.counted(task.id, estimated=False)
    cut_off = house.counted(task.id, estimated=True)

    assert counted <= told
    assert (told - counted).total() <= cut_off.total()
    all_counted = [*counted.elements(), *cut_off.elements()]
    assert model.tokens_in == sum(asked for asked, _ in all_counted)
    assert model.tokens_out == sum(out for _, out in all_counted)
    assert counted.total() >= (4 if worked.runs_commands else 1)
    assert model.cost > 0 or worked.agent != "claude"


def test_the_conversation_goes_on_in_a_fresh_box(worked: Worked) -> None:
    """By its id, over the kept home; the server gets the history again."""
    known = registry.find(worked.agent).conversation
    if known.id == "none":
        pytest.skip(f"{worked.agent} keeps no conversation")
    house, marker = worked.house, f"{worked.agent}-{worked.way}-again"
    if worked.way not in known.ways:
        wish = house.harness.wish("continue", task=worked.task.id, prompt="Go on.")
        assert "takes a conversation up on its own screen alone" in wish.message
        return
    task, context = worked.task.id, house.harness.context
    before = context.containers.inspect(context.names(task).sandbox)

    house.again(task, worked.way, marker)

    after = context.containers.inspect(context.names(task).sandbox)
    place = house.answered(marker, not worked.runs_commands)[-1]
    said = [t.text for t in house.model.seen[place].asked.turns]
    assert any(worked.marker in text for text in said), "the first prompt is gone"
    if worked.runs_commands:
        assert any("committed" in text for text in said), "the last result is gone"
        words = last_words(worked.marker)
        assert any(words in text for text in said), "the last words are gone"
    assert before is None or after is None or before.id != after.id
