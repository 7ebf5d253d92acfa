"""An option counts before `swarm.toml`, and that before the settings."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.tasks import project
from swarm.errors import ConfigError
from swarm.model.project import ProjectChoice
from swarm.model.toolchain import Toolchain
from swarm.model.wishes import NewTasks

WRITTEN = ProjectChoice(stacks=("node",), packages=("jq",))
WISH = NewTasks("/repo")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "config.toml"
    file.write_text('agent = "codex"\n[sandbox]\nstacks = ["c"]\npackages = ["tree"]')
    return load.load(file)


@pytest.mark.parametrize(
    ("choice", "stacks", "packages", "wanted"),
    [
        (WRITTEN, None, None, Toolchain(("node",), ("jq",))),
        (WRITTEN, ("go",), None, Toolchain(("go",), ("jq",))),
        (WRITTEN, (), (), Toolchain()),
        (ProjectChoice(), None, None, Toolchain(("c",), ("tree",))),
        (ProjectChoice(stacks=("go",)), None, None, Toolchain(("go",), ("tree",))),
    ],
)
def test_stacks_and_packages(
    config: Config,
    choice: ProjectChoice,
    stacks: tuple[str, ...] | None,
    packages: tuple[str, ...] | None,
    wanted: Toolchain,
) -> None:
    wish = replace(WISH, stacks=stacks, packages=packages)

    assert project.toolchain(choice, wish, config) == wanted


def test_the_agent(config: Config) -> None:
    assert project.agent_of(ProjectChoice(agent="claude"), config) == "claude"
    assert project.agent_of(ProjectChoice(), config) == "codex"


def test_an_agent_that_there_is_not_is_named_with_its_place(config: Config) -> None:
    with pytest.raises(ConfigError, match=r"swarm\.toml: agent: there is no agent 'x'"):
        project.agent_of(ProjectChoice(agent="x"), config)


def test_a_task_keeps_what_it_was_given() -> None:
    wanted = Toolchain(("go",), ("jq",))

    choice = project.resolved(WRITTEN, "claude", wanted)

    assert choice == ProjectChoice(agent="claude", stacks=("go",), packages=("jq",))
    assert project.kept(choice).project == choice
