"""What each agent does unasked in the modes `edits` and `ask`, with the real agent.

What proves it are files of the worktree and what its model was told; that it asks is
read as a person's front end reads it, from its channel or its screen.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import cues, registry
from swarm.agents.description import Way
from swarm.engine.host import images
from swarm.model.agent_state import ASKING
from swarm.model.task import State
from swarm.scripted_model.steps import Run, Say, Write
from tests.adapters.tmux.terminal import attached
from tests.agents.driven import (
    DONE,
    DrivenAgents,
    edits_in_text,
    open_driven_agents,
)
from tests.agents.test_driven import REST, SHORT

pytestmark = pytest.mark.agents

EDIT = Write("hello.txt", "hello\n")
COMMAND = Run("""python3 -c 'open("ran.txt", "w").write("ran")'""", is_asked=True)
"""Not `echo … > ran.txt`: claude takes that for an edit, and asks nobody in `edits`."""
KEYS = {"gemini": b"1", "cline": b"y", "vibe": b"\r"}
"""The key that says yes once in the dialog of an agent without a channel."""
NO_KEY = ("aider", "mini")
"""Agents without a channel of which nothing is tried but that they ask."""
ASKS_FIRST = "aider"
"""It asks before its first edit of a file in `edits`, too."""
PATIENCE = 420.0
"""Seconds until a wait gives up: an agent has taken 110 to its first request."""
ENDED = (State.STOPPED, State.FAILED)
BOTH_IN_TEXT = Say(
    "hello.txt\n```\n<<<<<<< SEARCH\n=======\nhello\n>>>>>>> REPLACE\n```\n\n"
    f"```bash\n{COMMAND.command}\n```"
)
"""The same of an agent that takes edits from what its model says."""


def _runs(mode: str, way: Way = "screen") -> Iterator[Any]:
    for agent in (*SHORT, *REST):
        known = registry.find(agent)
        if way in known.ways and mode in known.modes_of(way):
            yield agent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all."""
    folder = tmp_path_factory.mktemp("modes")
    with open_driven_agents(folder, (*SHORT, *REST)) as opened:
        opened.harness.patience = PATIENCE
        yield opened


def begin(
    house: DrivenAgents, agent: str, mode: str, way: Way = "screen"
) -> tuple[int, str]:
    """A task that edits and then runs a command; its marker."""
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    marker = f"{agent}-{way}-in-{mode}"
    in_text = edits_in_text(agent)
    steps = [BOTH_IN_TEXT] if in_text else [EDIT, COMMAND]
    house.model.plays(marker, [*steps, Say(DONE)], in_text=in_text)
    return house.start(agent, way, f"Please do {marker} now.", mode=mode), marker


def wait(
    house: DrivenAgents, task: int, happened: Callable[[], bool], what: str
) -> None:
    """Block until it is so; a failure tells what stands on the screen.

    A task that has ended is waited for no more.
    """
    tasks = house.harness.queries.tasks
    try:
        house.harness.until(lambda: happened() or tasks.get(task).state in ENDED, what)
    except AssertionError as late:
        told = f"not in {house.harness.patience:.0f} s: {what}"
        raise AssertionError(f"{told}\n{house.screen(task)}") from late
    assert happened(), f"it ended before: {what}\n{house.log(task)[-3000:]}"


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

    wait(house, task, is_asked, f"it asks at step {step}")


def say_yes(house: DrivenAgents, agent: str, task: int, marker: str) -> None:
    """To its first question: by its id, or by a key in its dialog."""
    harness = house.harness
    if agent in KEYS:
        # Its hook tells of the dialog before that is drawn, and would swallow the key.
        wait(house, task, lambda: is_drawn(house, agent, task), "its dialog is drawn")
        press(house, task, KEYS[agent], lambda: house.model.furthest(marker) > 0)
        return
    tasks = harness.queries.tasks
    wait(house, task, lambda: bool(tasks.get(task).questions), "its question's id")
    body = {"question_id": tasks.get(task).questions[0].id, "answer": "once"}
    harness.wish_done("answer", task=task, **body)


def press(
    house: DrivenAgents, task: int, key: bytes, goes_on: Callable[[], bool]
) -> None:
    """Press a key in its terminal, as a human: cline takes no paste in its dialog."""
    context = house.harness.context
    argv = context.panes.attach_argv(context.names(task).pane)
    with attached(argv, size=(120, 36)) as terminal:
        terminal.press(key)
        wait(house, task, goes_on, "it goes on")


def is_drawn(house: DrivenAgents, agent: str, task: int) -> bool:
    """Its dialog is in its pane, not only told of."""
    name = house.harness.context.names(task).pane
    shown = house.harness.context.panes.capture([name], titles=True).get(name)
    read = shown and cues.read_screen(registry.find(agent), shown.text)
    return bool(read and read.state in ASKING)


@pytest.mark.parametrize("agent", list(_runs("edits")))
def test_in_edits_a_file_is_written_unasked_and_a_command_is_asked(
    house: DrivenAgents, agent: str
) -> None:
    task, marker = begin(house, agent, "edits")
    tree = house.harness.paths.worktree(task)
    try:
        if agent == ASKS_FIRST:
            until_asked(house, task, marker, 0)
            assert not (tree / "hello.txt").exists()
            press(
                house, task, b"y\r", lambda: "Run shell command" in house.screen(task)
            )
        else:
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
        assert not (tree / "ran.txt").exists()
        if agent in NO_KEY:
            return
        say_yes(house, agent, task, marker)
        until_asked(house, task, marker, 1)
        assert (tree / "hello.txt").read_text() == "hello\n"
        assert not (tree / "ran.txt").exists()
    finally:
        house.stop(task)


@pytest.mark.parametrize("agent", list(_runs("ask", "headless")))
def test_headless_in_ask_nothing_is_done_unasked(
    house: DrivenAgents, agent: str
) -> None:
    assert done_headless(house, agent, "ask") == set()


@pytest.mark.parametrize("agent", list(_runs("edits", "headless")))
def test_headless_in_edits_a_file_alone_is_written(
    house: DrivenAgents, agent: str
) -> None:
    assert "ran.txt" not in done_headless(house, agent, "edits")


def done_headless(house: DrivenAgents, agent: str, mode: str) -> set[str]:
    """The files that it made until it ended, or asked in its pane all the same."""
    task, marker = begin(house, agent, mode, "headless")
    tasks = house.harness.queries.tasks

    def is_over() -> bool:
        has_ended = tasks.get(task).state in ENDED
        return has_ended or is_drawn(house, agent, task)

    try:
        wait(house, task, is_over, "it has ended, or asks in its pane")
        assert house.model.furthest(marker) >= 0, "its model was never asked"
    finally:
        house.stop(task)
    tree = house.harness.paths.worktree(task)
    return {name for name in ("hello.txt", "ran.txt") if (tree / name).exists()}
