"""Agents are known by their files' names."""

from pathlib import Path

from swarm.agents import registry
from swarm.config import agent_names


def test_the_shipped_agents_are_those_that_can_be_found() -> None:
    assert "claude" in agent_names.shipped()
    assert all(registry.find(name).name == name for name in agent_names.shipped())


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert agent_names.own(tmp_path / "agents") == []


def test_a_name_of_either_is_known(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")

    assert agent_names.unknown("mine", tmp_path) == ""
    assert agent_names.unknown("claude", tmp_path) == ""
    assert agent_names.unknown("mime", tmp_path).endswith("did you mean mine?")
