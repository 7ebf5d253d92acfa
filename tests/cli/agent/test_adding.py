"""`swarm agent add`: a registry's manifest becomes an agent after a consent."""

import json
import tomllib
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
    words += ["--url", "https://zeta.test/v1", "--model", "zeta-1"]

    status, _, said = swarm("agent", "add", manifest(), *words)

    assert status == exit_codes.DONE, said
    model = registry.find("zeta-agent").model
    assert (model.protocol, model.key) == ("chat", "ZETA_KEY")
    assert model.endpoint == "ZETA_URL"
    assert (model.url, model.default) == ("https://zeta.test/v1", "zeta-1")


def test_variables_and_first_files_are_written(
    swarm: Swarm, manifest: Callable[..., str], tmp_path: Path
) -> None:
    """An agent that is set up by a file of its home needs no line by hand."""
    text = '{"key": "{key}",\n\t"model": "{model} \\ é \x7f"}\n'
    (tmp_path / "c.json").write_text(text)
    words = ["--headless", "zeta {prompt}", "--set", "ZETA_NEWS=a=b", "--set", "X="]
    words += ["--seed", f"~/.zeta/c.json={tmp_path / 'c.json'}", "--yes"]
    # As a shell leaves it where the `~` stands in no quotes.
    words += ["--seed", f"{Path.home()}/.zeta/d={tmp_path / 'c.json'}"]

    status, _, said = swarm("agent", "add", manifest(), *words)

    assert status == exit_codes.DONE, said
    agent = registry.find("zeta-agent")
    assert agent.environment == {"ZETA_NEWS": "a=b", "X": ""}
    assert [(seed.path, seed.text) for seed in agent.seed] == [
        ("~/.zeta/c.json", text),
        ("~/.zeta/d", text),
    ]


def test_what_comes_next_is_said_to_the_last_line(
    swarm: Swarm, manifest: Callable[..., str]
) -> None:
    """Its key's lines fit into the policy as they stand."""
    words = ["--headless", "zeta {prompt}", "--service", "codex", "--key", "K", "--yes"]

    _, _, said = swarm("agent", "add", manifest(), *words, "--protocol", "chat")

    assert "next: swarm agent check zeta-agent" in said
    lines = [line[2:] for line in said.splitlines() if line.startswith("  ")]
    assert tomllib.loads("\n".join(lines)) == {
        "secrets": {
            "zeta-agent": {
                "source": "env:K", "hosts": ["api.openai.com"], "placeholder": "K"
            }
        }
    }  # fmt: skip


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
        (["--screen", "zeta", "--url", "https://x"], "name the variable of the key"),
        (["--screen", "zeta", "--model", "m"], "name the variable of the key"),
        (["--screen", "zeta", "--endpoint", "URL"], "name the variable of the key"),
        (["--screen", "zeta", "--key", "a b"], "key"),
        (["--screen", "zeta", "--set", "X"], "must be NAME=VALUE"),
        (["--screen", "zeta", "--set", "a b=c"], "name of an environment variable"),
        (["--screen", "zeta", "--seed", "~/.x"], "must be PLACE=FILE"),
        (["--screen", "zeta", "--seed", "~/.x=/no/such"], "cannot be read"),
        (["--screen", "zeta", "--seed", "/etc/x=agent.json"], "a file in the home"),
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
