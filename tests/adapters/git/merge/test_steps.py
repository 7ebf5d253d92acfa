"""The paths at which two trees differ are read from git's own records."""

from pathlib import Path

from swarm.adapters.git.merge.steps import parents, steps
from swarm.adapters.git.repository import Repository
from tests.adapters.git.git_helpers import commit_all, sh_git


def test_steps_are_the_paths_that_differ(repo: Path) -> None:
    """With names that are no line, and the states that `update-index` reads."""
    old = sh_git(repo, "rev-parse", "HEAD")
    (repo / "src" / "a.py").write_text("changed\n" * 10)
    (repo / "README.md").unlink()
    (repo / "new\nline").write_text("new\n")
    new = commit_all(repo, "next")
    git = Repository.open(repo, repo.parent / "home").git

    found = {step.path: step for step in steps(git, old, new)}

    assert sorted(found) == ["README.md", "new\nline", "src/a.py"]
    assert [path for path, step in found.items() if not step.old_mode] == ["new\nline"]
    assert [path for path, step in found.items() if not step.new_mode] == ["README.md"]
    assert found["README.md"].record.startswith("0 000")
    assert found["src/a.py"].record.endswith("\tsrc/a.py\0")
    assert found["src/a.py"].leaves_file
    assert not found["new\nline"].leaves_file


def test_parents_come_from_the_outside_in() -> None:
    assert list(parents("a/b/c")) == ["a", "a/b"]
    assert list(parents("a")) == []
