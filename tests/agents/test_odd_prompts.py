"""Prompts that an agent could take for a command, an option or a file arrive whole.

`make test-agents` runs them with every agent that is shipped, in each way to run.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.engine.host import images
from swarm.scripted_model.steps import Say, has_marker
from tests.agents.driven import DrivenAgents, edits_in_text, open_driven_agents
from tests.agents.test_driven import REST, SHORT

pytestmark = pytest.mark.agents

ODD = {
    "command": "/quit and then say what you see",
    "option": "--help is no option of yours",
    "bang": "!ls is no command",
    "hash": "#remember is no note",
    "file": "@readers of this file are people",
    "quotes": "say 'it', \"that\", `those` and $HOME \\ %s {prompt}",
    "lines": "first line\n\n  third line, indented\n- a list\n",
    "large": "a sentence of forty letters, give or take. " * 2400,
}


def _is_refused(agent: str, way: str, text: str) -> bool:
    """A screen that cannot take so long a prompt: that is told before the start."""
    screen = registry.find(agent).screen
    most = screen.longest if screen and way == "screen" else 0
    return 0 < most < len(text.encode())


def _runs() -> Iterator[Any]:
    for agent in (*SHORT, *REST):
        for way in registry.find(agent).ways:
            for name, text in ODD.items():
                if not _is_refused(agent, way, text):
                    yield pytest.param(agent, way, name, id=f"{agent}-{way}-{name}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all."""
    folder = tmp_path_factory.mktemp("agents")
    with open_driven_agents(folder, (*SHORT, *REST)) as opened:
        yield opened


@pytest.mark.parametrize(("agent", "way", "name"), list(_runs()))
def test_an_odd_prompt_arrives_whole(
    house: DrivenAgents, agent: str, way: str, name: str
) -> None:
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)

    assert _problem(house, agent, way, name) == ""


def _problem(house: DrivenAgents, agent: str, way: str, name: str) -> str:
    """What of the prompt did not come to the model; empty if all did, in order."""
    text = ODD[name]
    marker = f"{agent}-{way}-odd-{name}"
    house.model.plays(marker, [Say("Seen.")], in_text=edits_in_text(agent))
    house.harness.patience = 300.0
    task = house.start(agent, way, f"{text} {marker}")
    try:
        try:
            house.harness.until(
                lambda: bool(_asked(house, marker)), f"{name}: the model is asked"
            )
        except AssertionError:
            return f"it never asked its model:\n{house.screen(task)[-1500:]}"
        said = max((_words(each) for each in _asked(house, marker)), key=len)
        wanted = _words(f"{text} {marker}")
        return "" if wanted in said else f"{said[:300]!r} … {said[-300:]!r}"
    finally:
        house.stop(task)


def _asked(house: DrivenAgents, marker: str) -> list[str]:
    """The human's turns with the marker, of requests that were answered."""
    return [
        turn.text
        for seen in list(house.model.seen)
        if seen.status == 200
        for turn in seen.asked.turns
        if turn.kind == "user" and has_marker(turn.text, marker)
    ]


def _words(text: str) -> str:
    """The text with each run of white space as one: an agent may fold its lines."""
    return " ".join(text.split())
