"""What a new task is given of `swarm.toml`, and what its human is told of it."""

from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.egress import repository_project
from swarm.engine.tasks import project
from swarm.model.project import ProjectChoice
from swarm.model.toolchain import Toolchain
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository

WRITTEN = ProjectChoice(stacks=("node",), packages=("jq",))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "config.toml").write_text("")
    return load.load(tmp_path / "config.toml")


def test_a_task_keeps_what_it_was_given(config: Config) -> None:
    wanted = Toolchain(("go",), ("jq",))

    choice = project.resolved(WRITTEN, "claude", wanted, config)

    assert choice == ProjectChoice(agent="claude", stacks=("go",), packages=("jq",))
    assert project.of_earlier_task(choice).project == choice


def _given(folder: Path, text: str, is_agreed: bool) -> repository_project.TaskProject:
    (folder / "home").mkdir()
    paths, place = HomePaths(folder / "home"), new_repository(folder / "repo")
    (place / "swarm.toml").write_text(text)
    commit_all(place, "swarm.toml")
    repository = Repository.open(place, paths.home)
    if is_agreed:
        found = repository_project.read(paths, repository, repository.head)
        repository_project.agree(paths, repository.root, found.digest)
    return repository_project.for_task(paths, repository, repository.head)


@pytest.mark.parametrize("key", ["hide", "protect"])
@pytest.mark.parametrize("is_agreed", [False, True])
def test_what_narrows_counts_at_once(key: str, is_agreed: bool, tmp_path: Path) -> None:
    """Nobody has to agree to an agent that may do less."""
    given = _given(tmp_path, f'{key} = ["secrets"]\n', is_agreed)

    assert getattr(given.project, key) == ("secrets",)
    assert given.notes == ()


def test_the_settings_cover_too(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[sandbox]\nprotect = [".vscode"]\nhide = [".env", "keys"]')
    choice = ProjectChoice(protect=("ci",), hide=("keys", "more"))

    made = project.resolved(choice, "", Toolchain(), load.load(file))

    assert made.protect == (".vscode", "ci")
    assert made.hide == (".env", "keys", "more")
