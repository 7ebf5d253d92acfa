"""An agent is found by its name; a user's own stands beside the shipped ones."""

from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.errors import PlanError
from swarm.policy import services
from tests.agents.descriptions import MINIMAL


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of agents."""
    monkeypatch.delenv("SWARM_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    found = tmp_path / "swarm" / "agents"
    found.mkdir(parents=True)
    return found


def test_an_unknown_agent_is_refused_with_those_that_exist() -> None:
    with pytest.raises(PlanError, match=r"there is no agent '\.\./x'") as caught:
        registry.find("../x")

    assert all(name in caught.value.hint for name in registry.names())


def test_an_agent_is_chosen_by_name_by_command_or_by_the_settings() -> None:
    assert registry.choose("claude", "make", "other") == "claude"
    assert registry.choose("", "make", "claude") == "command"
    assert registry.choose("", "", "claude") == "claude"
    with pytest.raises(PlanError, match="no agent was chosen"):
        registry.choose("", "", "")


@pytest.mark.parametrize("name", registry.names())
def test_every_agent_is_readable_and_its_services_are_known(name: str) -> None:
    agent = registry.find(name)

    assert agent.name == name
    assert agent.ways or agent.unavailable
    assert set(agent.services) <= set(services.catalogue())


def test_a_users_own_agent_is_found_beside_the_shipped(folder: Path) -> None:
    (folder / "mine.toml").write_text(MINIMAL)

    assert "mine" in registry.names()
    assert registry.find("mine").title == "Mine"


def test_only_what_can_run_is_offered(folder: Path) -> None:
    (folder / "bad.toml").write_text("")
    (folder / "mine.toml").write_text(MINIMAL)

    assert {"claude", "command", "mine"} <= set(registry.runnable())
    assert not {"bad", "cursor"} & set(registry.runnable())


def test_a_shipped_agent_is_never_shadowed_silently(folder: Path) -> None:
    """A file of that name must say that it stands in its place."""
    (folder / "claude.toml").write_text(MINIMAL)

    with pytest.raises(PlanError, match=r"claude\.toml: swarm brings") as caught:
        registry.find("claude")
    assert "replaces = true" in caught.value.hint

    (folder / "claude.toml").write_text(f"replaces = true\n{MINIMAL}")
    assert registry.find("claude").title == "Mine"


def test_an_agent_that_replaces_nothing_is_refused(folder: Path) -> None:
    (folder / "mine.toml").write_text(f"replaces = true\n{MINIMAL}")

    with pytest.raises(PlanError, match="brings no agent mine"):
        registry.find("mine")


def test_a_users_file_that_cannot_be_read_is_told(folder: Path) -> None:
    """It may be anything of that name: a folder, other bytes, too much."""
    (folder / "one.toml").mkdir()
    (folder / "two.toml").write_bytes(b"\xff")
    (folder / "three.toml").write_bytes(b"#" * (registry.LARGEST + 1))

    for name in ("one", "two", "three"):
        with pytest.raises(PlanError, match=rf"{name}\.toml cannot be read"):
            registry.find(name)
    assert registry.find("claude").name == "claude"
