"""A repository's tracked files are read by git alone, at a commit."""

from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.engine.readers import project_detection
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all


def test_what_is_tracked_at_the_commit_counts(repo: Path, tmp_path: Path) -> None:
    """Neither what lies in the checkout nor what a link leads to."""
    (repo / "go.mod").write_text("module x\n")
    (repo / "Gemfile").symlink_to("go.mod")
    commit = commit_all(repo, "go")
    (repo / "Cargo.toml").write_text("[package]\n")
    paths = HomePaths(tmp_path / "home")

    root, found = project_detection.at_head(paths, repo)

    assert (root, found.choice.stacks) == (repo, ("go",))
    assert found.files == 5
    earlier = project_detection.at_commit(
        Repository.open(repo, paths.home), f"{commit}~1"
    )
    assert earlier.choice.stacks == ()


def test_what_git_cannot_read_is_a_note(repo: Path, tmp_path: Path) -> None:
    """As in a partial clone, or a damaged one."""
    (repo / "go.mod").write_text("module x\n")
    commit_all(repo, "go")
    for file in (repo / ".git" / "objects").glob("??/*"):
        content = file.read_bytes()
        file.chmod(0o600)
        file.write_bytes(content[: len(content) // 2])
    repository = Repository.open(tmp_path / "repo", tmp_path / "home")

    found = project_detection.at_commit(repository, "HEAD")

    assert any("could not be" in note for note in found.notes)
    assert "no commit yet" in project_detection.at_commit(repository, "").notes[0]
