"""An option counts before `swarm.toml`, that before the settings, and files last."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.egress import repository_project
from swarm.engine.host import images
from swarm.engine.readers import task_tools
from swarm.engine.readers.task_tools import TaskTools
from swarm.errors import ConfigError, SwarmError
from swarm.model.project import ProjectChoice
from swarm.model.toolchain import Toolchain
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all
from tests.fakes import FakeImages

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

    assert task_tools.toolchain(choice, wish, config) == wanted


def test_the_agent(config: Config) -> None:
    assert task_tools.agent_of(ProjectChoice(agent="claude"), config) == "claude"
    assert task_tools.agent_of(ProjectChoice(), config) == "codex"


def test_an_agent_that_there_is_not_is_named_with_its_place(config: Config) -> None:
    with pytest.raises(ConfigError, match=r"swarm\.toml: agent: there is no agent 'x'"):
        task_tools.agent_of(ProjectChoice(agent="x"), config)


class House:
    """A repository of a Go module, and an engine with some images."""

    def __init__(self, repo: Path, folder: Path) -> None:
        (repo / "go.mod").write_text("module x\n")
        commit_all(repo, "go")
        self.wish = NewTasks(str(repo), command="true")
        self.paths = HomePaths(folder / "home")
        self.config = load.load(load.DEFAULTS)

    def tools(self, engine: FakeImages, **wish: object) -> TaskTools:
        chosen = replace(self.wish, **wish)  # type: ignore[arg-type] # of a test
        chooser = task_tools.chooser(self.paths, engine, chosen, self.config)
        return chooser.of(registry.find("command"))


@pytest.fixture
def house(repo: Path, tmp_path: Path) -> House:
    return House(repo, tmp_path)


def test_what_files_tell_of_counts_if_an_image_has_it(house: House) -> None:
    engine = FakeImages((images.tag("base"), images.tag("base@go")))

    assert house.tools(engine) == TaskTools(
        Toolchain(("go",)), "its image has go (go.mod), as the files tell"
    )


def test_nothing_is_built_unasked(house: House) -> None:
    """It is said instead, with the time that it takes, and the way to have it."""
    tools = house.tools(FakeImages((images.tag("base"),)))

    assert (tools.toolchain, tools.lacking) == (Toolchain(), "base@go")
    assert "go (go.mod), which its image has not: `swarm image build base@go`" in (
        tools.found
    )
    assert "min, " in tools.found


def test_whoever_says_something_is_not_second_guessed(house: House, repo: Path) -> None:
    engine = FakeImages((images.tag("base@go"), images.tag("base")))

    assert house.tools(engine, stacks=()) == TaskTools(Toolchain())
    assert house.tools(engine, packages=("jq",)).toolchain == Toolchain((), ("jq",))
    mine = house.config.sandbox.model_copy(update={"image": "mine:1"})
    house.config = house.config.model_copy(update={"sandbox": mine})
    assert house.tools(engine) == TaskTools(Toolchain())


def test_a_swarm_toml_is_the_project_s_own_word(house: House, repo: Path) -> None:
    """Agreed to or not: its author knows better than its files."""
    (repo / "swarm.toml").write_text('stacks = ["rust"]\nagent = "claude"\n')
    commit_all(repo, "swarm.toml")
    engine = FakeImages((images.tag("base@go"), images.tag("base")))
    assert house.tools(engine) == TaskTools(Toolchain())

    chooser = task_tools.chooser(house.paths, engine, house.wish, house.config)
    found = repository_project.read(house.paths, chooser.repository, chooser.commit)
    repository_project.agree(house.paths, repo, found.digest)

    assert house.tools(engine).toolchain == Toolchain(("rust",))
    assert house.tools(engine, stacks=("go",)).toolchain == Toolchain(("go",))


def test_another_base_has_other_files(house: House) -> None:
    engine = FakeImages((images.tag("base@go"), images.tag("base")))

    assert house.tools(engine, base="HEAD~1") == TaskTools(Toolchain())
    with pytest.raises(SwarmError, match="is no commit"):
        house.tools(engine, base="nowhere")
