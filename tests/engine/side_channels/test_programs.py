"""The programs of a sandbox as command lines, for the agents that have a channel."""

import pytest

from swarm import assets
from swarm.agents import registry
from swarm.agents.description import Side
from swarm.engine.side_channels import programs

ARGV_LIMIT = 128 << 10
"""What Linux takes for one argument."""


@pytest.mark.parametrize("agent", ["claude", "codex", "opencode", "qwen"])
def test_an_agent_with_a_channel_has_a_program(agent: str) -> None:
    argv = programs.argv(registry.find(agent))

    assert argv[:3] == ["python3", "-I", "-c"]
    assert len(argv[3].encode()) < ARGV_LIMIT
    compile(argv[3], "program", "exec")


def test_one_without_has_none() -> None:
    assert programs.argv(registry.find("pi")) == []


def test_every_driver_is_a_program() -> None:
    kinds = Side.__annotations__["kind"].__args__[1:]

    for kind in kinds:
        assert (assets.folder("box") / f"{kind}.py").is_file()
