"""Where a turn ends, whatever the agent asks on its way."""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.cli.agent.check_turn import Turn, end_of, steps_of
from swarm.scripted_model.server import ScriptedModel
from swarm.scripted_model.steps import Run, Say, Write

MARKER = "check-screen"
PROMPT = {"role": "user", "content": f"Please do {MARKER} now."}
SHELL = {
    "type": "function",
    "function": {
        "name": "bash",
        "parameters": {"properties": {"command": {"type": "string"}}},
    },
}


@pytest.fixture
def model(tmp_path: Path) -> Iterator[ScriptedModel]:
    """A server on this machine's own address."""
    opened = ScriptedModel("127.0.0.1", tmp_path, "the-key", port=0)
    yield opened
    opened.close()


def ask(model: ScriptedModel, said: Sequence[object], tools: bool = True) -> None:
    """One request of an agent's with its whole conversation."""
    body = {"model": "m", "messages": [PROMPT, *said]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{model.port}/v1/chat/completions",
        json.dumps(body | ({"tools": [SHELL]} if tools else {})).encode(),
        {"authorization": "Bearer the-key", "content-type": "application/json"},
    )
    urllib.request.urlopen(request).close()


def results(number: int) -> list[object]:
    """What so many calls of tools have brought."""
    return [
        {"role": "tool", "tool_call_id": str(n), "content": ""} for n in range(number)
    ]


def turn_of(agent: Agent, model: ScriptedModel) -> Turn:
    in_text = agent.model.edits == "text"
    turn = Turn(model, MARKER, steps_of(agent), in_text)
    model.plays(MARKER, turn.steps, in_text)
    return turn


def test_a_turn_ends_at_its_last_step_not_at_a_number_of_requests(
    model: ScriptedModel,
) -> None:
    """A screen that asks the same twice, or for a title, is not at its end."""
    turn = turn_of(registry.find("codex"), model)

    for done in range(3):
        ask(model, results(done))
        ask(model, results(done))
        ask(model, results(done), tools=False)
        assert not turn.is_over()
    ask(model, results(3))
    assert turn.is_over()


def test_a_turn_whose_edits_are_in_text_ends_with_its_second_answer(
    model: ScriptedModel,
) -> None:
    """The edit, then the words of its commit; it is asked for no tool."""
    turn = turn_of(registry.find("aider"), model)

    ask(model, [], tools=False)
    assert not turn.is_over()
    ask(model, [{"role": "user", "content": "words for the commit"}], tools=False)
    assert turn.is_over()


def test_a_turn_of_another_conversation_is_none(model: ScriptedModel) -> None:
    """Its own marker alone counts."""
    turn = turn_of(registry.find("codex"), model)
    other = Turn(model, "check-headless", turn.steps, in_text=False)

    ask(model, results(3))

    assert turn.is_over()
    assert not other.is_over()


@pytest.mark.parametrize("name", [n for n in registry.names() if registry.find(n).ways])
def test_what_ends_a_turn_is_the_agents_data(name: str) -> None:
    """A command where its file names one, else words; no commands for one that edits
    from text.
    """
    agent = registry.find(name)
    steps = steps_of(agent)

    assert isinstance(steps[0], Write)
    assert steps[-1] == end_of(agent)
    assert isinstance(steps[-1], Run if agent.model.ends else Say)
    assert len(steps) == (2 if agent.model.edits == "text" else 4)
