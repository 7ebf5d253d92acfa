"""`swarm agent ls` and `show`: a user's mistake hides no other agent."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.agents import pins, registry
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

    rows = {line.split()[0]: line for line in out.splitlines() if line}
    assert status == exit_codes.DONE
    assert "bad.toml: x: unknown key" in rows["bad"]
    assert "headless" in rows["mine"]
    assert "ask edits full" in rows["claude"]
    assert "data only" in rows["cursor"]
    assert "swarm agent show NAME" in rows["data"]
    assert "no" not in rows, "nothing is known of keys and images without an engine"
    assert "what can run now is not known" in said


@pytest.mark.usefixtures("paths")
def test_what_is_missing_is_two_words_and_one_way_out_for_all(swarm: Swarm) -> None:
    """A row fits a terminal of 80 cells; --json has the sentences."""
    status, out, _ = swarm("agent", "ls")
    facts = {
        each["name"]: each for each in json.loads(swarm("agent", "ls", "--json")[1])
    }

    table, _, ways = out.partition("\n\n")
    rows = {line.split()[0]: line for line in table.splitlines()}
    assert status == exit_codes.DONE
    assert max(len(line) for line in table.splitlines()) <= 80
    assert rows["claude"].endswith("no key")
    assert "no secret of your policy goes to" in facts["claude"]["state"]
    (way,) = [line for line in ways.splitlines() if line.startswith("no key")]
    assert "README, Give an agent a key" in way
    assert "swarm login claude|codex|gemini|kimi" in way
    assert list(rows)[-1] == "openhands", "those that never run here stand last"


@pytest.mark.parametrize("name", registry.names())
def test_every_agent_can_be_shown(swarm: Swarm, name: str) -> None:
    status, out, _ = swarm("agent", "show", name)
    facts = json.loads(swarm("agent", "show", name, "--json")[1])

    assert status == exit_codes.DONE
    assert facts["title"] in out


@pytest.mark.usefixtures("paths")
def test_a_version_of_the_users_is_shown_with_its_file(swarm: Swarm) -> None:
    assert "pinned" not in swarm("agent", "show", "claude")[1]
    described = registry.as_described("claude").image
    pin = pins.over(described, "9.9.9", "")
    file = pins.write(registry.user_folder(), "claude", pin)

    _, out, _ = swarm("agent", "show", "claude")

    assert "@anthropic-ai/claude-code 9.9.9 (npm)" in out
    assert f"by {file}, in place of {described.version}" in " ".join(out.split())


def test_an_unknown_agent_is_refused(swarm: Swarm) -> None:
    status, _, said = swarm("agent", "show", "nobody")

    assert status != exit_codes.DONE
    assert "there is no agent 'nobody'" in said
