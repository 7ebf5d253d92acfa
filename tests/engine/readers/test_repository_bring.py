"""A front end sees what the repository's HEAD brings."""

from pathlib import Path

from swarm.config.brought import REPO_FOLDER
from swarm.engine.readers.repository_bring import at_head
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository


def test_it_is_read_at_head_with_a_summary(tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "repo")
    paths = HomePaths(tmp_path / "home")
    paths.home.mkdir()
    assert at_head(paths, repo)[1].digest == ""
    (repo / REPO_FOLDER).mkdir(parents=True)
    (repo / REPO_FOLDER / "rules.md").write_text("Obey.")
    commit = commit_all(repo, "bring")

    head, found, summary = at_head(paths, repo)

    assert (head, found.brought.rules, found.is_agreed) == (commit, "Obey.", False)
    assert summary == "rules"
