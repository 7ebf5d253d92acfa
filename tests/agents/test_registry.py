"""An agent's data is found by its name, and a prompt is filled in as it is."""

import json
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.errors import PlanError


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
def test_every_agent_is_readable_and_has_a_program(name: str) -> None:
    agent = registry.find(name)

    assert (agent.name, bool(agent.argv)) == (name, True)


@pytest.mark.parametrize("version", [2, 0, "1", 1.0, True])
def test_a_file_of_another_version_is_refused_by_name(
    version: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f'version = {json.dumps(version)}\nsummary = "x"\nargv = ["x"]\n'
    (tmp_path / "mine.toml").write_text(text)
    monkeypatch.setattr(registry, "_FOLDER", tmp_path)

    with pytest.raises(PlanError, match=r"mine\.toml: version"):
        registry.find("mine")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("say {prompt}", "say {command}"),
        ("{prompt}{command}", "{command}make"),
        ("{other} {", "{other} {"),
        ("{{prompt}}", "{{command}}"),
    ],
)
def test_a_value_is_never_read_as_a_template(template: str, text: str) -> None:
    words = {"prompt": "{command}", "command": "make"}

    assert registry.filled(template, words) == text
