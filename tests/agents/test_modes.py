"""What each agent does unasked in the modes `edits` and `ask`, with the real agent.

What proves it are files of the worktree and what its model was told; that it asks is
read as a person's front end reads it, from its channel or its screen.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.engine.host import images
from swarm.model.agent_state import ASKING
from swarm.scripted_model.steps import Run, Say, Write
from tests.agents.driven import (
    DONE,
    PATIENCE,
    DrivenAgents,
    edits_in_text,
    open_driven_agents,
)
from tests.agents.test_driven import REST, SHORT

pytestmark = pytest.mark.agents

EDIT = Write("hello.txt", "hello\n")
COMMAND = Run("""python3 -c 'open("ran.txt", "w").write("ran")'""", is_asked=True)
"""Not `echo … > ran.txt`: claude takes that for an edit, and asks nobody in `edits`."""
KEYS = {"gemini": ("1", False), "copilot": ("1", True), "cline": ("y", False)}
"""What says yes once in the dialog of an agent without a channel; if Enter follows."""
WITHOUT = {
    ("vibe", "ask"): "nobody has seen by which key its dialog is answered",
    ("aider", "ask"): "it asks before it makes a file alone: its edits are in its text",
    ("mini", "ask"): "it knows commands alone, and edits by them",
}
"""Agents whose data has the mode, in which the two cannot be told apart."""


def _runs(mode: str) -> Iterator[Any]:
    for agent in (*SHORT, *REST):
        known = registry.find(agent)
        has_mode = mode in known.mode and "screen" in known.ways
        if has_mode and (agent, mode) not in WITHOUT:
            yield agent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all."""
    folder = tmp_path_factory.mktemp("modes")
    with open_driven_agents(folder, (*SHORT, *REST)) as opened:
        opened.harness.patience = PATIENCE
        yield opened


def begin(house: DrivenAgents, agent: str, mode: str) -> tuple[int, str]:
    """A task that edits and then runs a command; its marker."""
    assert not edits_in_text(agent)
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    marker = f"{agent}-in-{mode}"
    house.model.plays(marker, [EDIT, COMMAND, Say(DONE)])
    return house.start(agent, "screen", f"Please do {marker} now.", mode=mode), marker


def until_asked(house: DrivenAgents, task: int, marker: str, step: int) -> None:
    """Block until it asks its human, having come to this step and no further."""
    tasks = house.harness.queries.tasks

    def is_asked() -> bool:
        found = tasks.get(task)
        assert house.model.furthest(marker) <= step, house.screen(task)
        is_at = house.model.furthest(marker) == step
        status = found.agent_status
        asks = bool(found.questions) or bool(status and status.state in ASKING)
        return is_at and asks

    house.harness.until(is_asked, f"it asks at step {step}\n{house.screen(task)}")


def say_yes(house: DrivenAgents, agent: str, task: int) -> None:
    """To the one question that is open: by its id, or in its dialog."""
    harness = house.harness
    if agent in KEYS:
        text, has_enter = KEYS[agent]
        pane = harness.context.names(task).pane
        harness.context.panes.send(pane, text, enter=has_enter)
        return
    tasks = harness.queries.tasks
    harness.until(lambda: bool(tasks.get(task).questions), "its question has an id")
    body = {"question_id": tasks.get(task).questions[0].id, "answer": "once"}
    harness.wish_done("answer", task=task, **body)


@pytest.mark.parametrize("agent", list(_runs("edits")))
def test_in_edits_a_file_is_written_unasked_and_a_command_is_asked(
    house: DrivenAgents, agent: str
) -> None:
    task, marker = begin(house, agent, "edits")
    tree = house.harness.paths.worktree(task)
    try:
        until_asked(house, task, marker, 1)
        assert (tree / "hello.txt").read_text() == "hello\n"
        assert not (tree / "ran.txt").exists()
    finally:
        house.stop(task)


@pytest.mark.parametrize("agent", list(_runs("ask")))
def test_in_ask_a_file_is_asked_and_a_command_too(
    house: DrivenAgents, agent: str
) -> None:
    task, marker = begin(house, agent, "ask")
    tree = house.harness.paths.worktree(task)
    try:
        until_asked(house, task, marker, 0)
        assert not (tree / "hello.txt").exists()
        say_yes(house, agent, task)
        until_asked(house, task, marker, 1)
        assert (tree / "hello.txt").read_text() == "hello\n"
        assert not (tree / "ran.txt").exists()
    finally:
        house.stop(task)
