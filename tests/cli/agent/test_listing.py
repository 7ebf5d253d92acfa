"""`swarm agent ls` and `show`: a user's mistake hides no other agent."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.cli import exit_codes
from tests.agents.descriptions import MINIMAL

Swarm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No container engine answers."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


@pytest.mark.usefixtures("no_engine", "paths")
def test_a_broken_file_is_told_beside_the_others(swarm: Swarm, tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "mine.toml").write_text(MINIMAL)
    (tmp_path / "agents" / "bad.toml").write_text("x = 1\n")

    status, out, said = swarm("agent", "ls")

    rows = {line.split()[0]: line for line in out.splitlines()}
    assert status == exit_codes.DONE
    assert "bad.toml: x: unknown key" in rows["bad"]
    assert "headless" in rows["mine"]
    assert "ask edits full" in rows["claude"]
    assert "data only" in rows["cursor"]
    assert "what can run now is not known" in said


@pytest.mark.parametrize("name", registry.names())
def test_every_agent_can_be_shown(swarm: Swarm, name: str) -> None:
    status, out, _ = swarm("agent", "show", name)
    facts = json.loads(swarm("agent", "show", name, "--json")[1])

    assert status == exit_codes.DONE
    assert facts["title"] in out


def test_an_unknown_agent_is_refused(swarm: Swarm) -> None:
    status, _, said = swarm("agent", "show", "nobody")

    assert status != exit_codes.DONE
    assert "there is no agent 'nobody'" in said
