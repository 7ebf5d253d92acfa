"""`swarm agent add`: a registry's manifest becomes an agent after a consent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swarm.agents import registry
from swarm.cli import exit_codes
from tests.agents.test_manifest import BODY

Swarm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def manifest(tmp_path: Path, paths: object) -> Callable[..., str]:
    """Writes a manifest with these values changed."""

    def write(**changes: Any) -> str:
        file = tmp_path / "agent.json"
        file.write_text(json.dumps({**BODY, **changes}))
        return str(file)

    return write


def test_an_agent_is_added_with_what_its_publisher_says(
    swarm: Swarm, manifest: Callable[..., str], tmp_path: Path
) -> None:
    words = [
        "agent",
        "add",
        manifest(),
        "--screen",
        "zeta {prompt}",
        "--full=--yolo",
    ]

    status, out, _ = swarm(*words, "--yes")

    assert status == exit_codes.DONE
    assert "Zeta Ltd" in out
    assert "@zeta/agent 1.2.3 (npm)" in out
    agent = registry.find("zeta-agent")
    assert agent.screen
    assert agent.screen.argv == ("zeta", "{mode}", "{prompt}")
    assert swarm(*words, "--yes")[0] != exit_codes.DONE
    assert swarm(*words, "--name", "zeta-two", "--yes")[0] == exit_codes.DONE


def test_a_model_with_its_key_is_written(
    swarm: Swarm, manifest: Callable[..., str]
) -> None:
    words = ["--headless", "zeta -p", "--service", "codex", "--protocol", "chat"]
    words += ["--key", "ZETA_KEY", "--endpoint", "ZETA_URL", "--yes"]

    status, _, said = swarm("agent", "add", manifest(), *words)

    assert status == exit_codes.DONE, said
    model = registry.find("zeta-agent").model
    assert (model.protocol, model.key) == ("chat", "ZETA_KEY")
    assert model.endpoint == "ZETA_URL"


def test_without_a_consent_nothing_is_written(
    swarm: Swarm, manifest: Callable[..., str], tmp_path: Path
) -> None:
    status, _, said = swarm("agent", "add", manifest(), "--headless", "zeta -p")

    assert status != exit_codes.DONE
    assert "nothing was written" in said
    assert not (tmp_path / "agents").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "does not say how the program starts"),
        (["--screen", "zeta '"], "is no argv"),
        (["--screen", "zeta {promt}"], "unknown word {promt}"),
        (["--screen", "zeta", "--name", "../x"], "small letters"),
        (["--screen", "zeta", "--service", "openai"], "is it codex?"),
        (["--screen", "zeta", "--service", "claud"], "is it claude?"),
        (["--screen", "zeta", "--protocol", "chat"], "name the variable of the key"),
        (["--screen", "zeta", "--endpoint", "URL"], "name the variable of the key"),
        (["--screen", "zeta", "--key", "a b"], "key"),
        (["--screen", "zeta", "--name", "claude"], "there is an agent claude already"),
    ],
)
def test_what_no_agent_can_be_made_of(
    swarm: Swarm,
    manifest: Callable[..., str],
    tmp_path: Path,
    options: list[str],
    words: str,
) -> None:
    status, _, said = swarm("agent", "add", manifest(), *options, "--yes")

    assert status != exit_codes.DONE
    assert words in said
    assert not (tmp_path / "agents").exists()


def test_a_shipped_agents_name_is_not_taken(
    swarm: Swarm, manifest: Callable[..., str]
) -> None:
    status, _, said = swarm("agent", "add", manifest(id="claude"), "--screen", "x")

    assert (status != exit_codes.DONE, "claude already" in said) == (True, True)
