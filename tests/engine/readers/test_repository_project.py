"""A front end sees what stands at HEAD, and whether it is in use."""

from pathlib import Path

from swarm.engine.egress import repository_project
from swarm.engine.readers.repository_project import at_head
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository


def test_it_is_read_at_head_and_its_state_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    paths, repo = HomePaths(tmp_path / "home"), new_repository(tmp_path / "repo")
    (repo / "swarm.toml").write_text('test = "make"')
    commit_all(repo, "project")
    (repo / "swarm.toml").write_text('test = "other"')

    root, found = at_head(paths, repo / "src")
    assert (root, found.choice.test, found.is_agreed) == (repo, "make", False)
    repository_project.agree(paths, root, found.digest)
    assert at_head(paths, repo)[1].is_agreed
