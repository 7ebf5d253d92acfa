"""Agents that cannot be had or signed in here are data, with the reason."""

import pytest

from swarm.agents import registry
from swarm.agents.starting import StartRequest, start
from swarm.errors import PlanError

NAMES = ("amp", "auggie", "crush", "cursor", "droid", "goose", "kilo", "openhands")
STRANGERS = {"cursor-cli", "goose-ai", "kimi-cli", "@zed-industries/codex-acp"}
"""Packages that bear an agent's name and are another's, or stale."""


@pytest.mark.parametrize("name", NAMES)
def test_it_says_why_and_is_never_started(name: str) -> None:
    agent = registry.find(name)

    assert "copy this file" in agent.unavailable
    with pytest.raises(PlanError, match=f"{name} cannot be run: "):
        start(agent, StartRequest(prompt="p"))


@pytest.mark.parametrize("name", registry.names())
def test_no_agent_is_a_strangers_package(name: str) -> None:
    image = registry.find(name).image

    assert not STRANGERS & {image.package, *image.extra}
