"""Which images new tasks lack, by agents, settings and the project's files."""

from pathlib import Path

import pytest

from swarm.bootstrap import wiring
from swarm.engine.host import images
from swarm.engine.readers import missing_images, repository_project
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.fakes import FakeImages


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return HomePaths(home)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A real one, whose commit has nothing that tells of tools."""
    return new_repository(tmp_path / "repo")


def test_which_images_are_missing(paths: HomePaths, repo: Path, tmp_path: Path) -> None:
    """Each once, of several agents; those that share one count as one."""
    wish = NewTasks(str(repo), "p", agents=("claude", "gemini", "command"))
    here = FakeImages((images.tag("base"), images.tag("agents/gemini")))

    assert missing_images.of_wish(paths, here, wish) == ["agents/claude"]
    command = NewTasks(str(repo), command="ls")
    assert missing_images.of_wish(paths, FakeImages(), command) == ["base"]
    (tmp_path / "config.toml").write_text(
        '[sandbox]\nagents = ["gemini", "claude"]\nimage = "mine:1"\n'
    )
    assert missing_images.of_wish(paths, here, wish) == ["agents/claude+gemini"]


def test_a_swarm_toml_s_agent_and_stacks_count(paths: HomePaths, repo: Path) -> None:
    """Once they were agreed to; else an image would be built that no task stands on."""
    (repo / "swarm.toml").write_text('agent = "gemini"\nstacks = ["go"]\n')
    commit_all(repo, "swarm.toml")
    wiring.agree_to_project(paths, *digest(paths, repo))
    wish = NewTasks(str(repo), "p")

    assert missing_images.of_wish(paths, FakeImages(), wish) == ["agents/gemini@go"]


def digest(paths: HomePaths, repo: Path) -> tuple[Path, str]:
    root, found = repository_project.at_head(paths, repo)
    return root, found.digest


def test_what_files_tell_of_is_one_more(paths: HomePaths, repo: Path) -> None:
    (repo / "Cargo.toml").write_text("[package]\n")
    commit_all(repo, "rust")
    wish, here = NewTasks(str(repo), command="true"), FakeImages((images.tag("base"),))

    (name,) = missing_images.of_files(paths, here, wish)

    assert name == "base@rust"
    here.references.add(images.tag(name))
    assert missing_images.of_files(paths, here, wish) == {}
