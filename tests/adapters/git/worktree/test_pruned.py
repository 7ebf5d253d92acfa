"""A pack of one commit's history holds that and its tags, and nothing else."""

from pathlib import Path

import pytest

from swarm.adapters.git.worktree.private_refs import read_refs
from swarm.adapters.git.worktree.pruned import pack_history
from tests.adapters.git.git_helpers import commit_all, sh_git, task_with_worktree


def test_only_what_the_commit_reaches_is_packed(repo: Path, tmp_path: Path) -> None:
    """With the refs of it; a tag of another branch is not even named."""
    sh_git(repo, "tag", "-a", "v1", "-m", "one")
    sh_git(repo, "tag", "-a", "tag-of-tag", "-m", "of a tag", "v1")
    sh_git(repo, "switch", "-q", "-c", "other")
    (repo / "secret").write_text("secret")
    secret = commit_all(repo, "other")
    sh_git(repo, "tag", "-a", "v2", "-m", "two")
    sh_git(repo, "switch", "-q", "main")
    task = task_with_worktree(repo)
    objects = tmp_path / "pruned" / "objects"
    refs = read_refs(task.repo.git, task.review.git).refs

    kept = pack_history(task.review.git, task.base, objects, refs)

    names = {ref.name.decode() for ref in kept}
    assert {"refs/heads/main", "refs/tags/v1", "refs/tags/tag-of-tag"} <= names
    assert not {"refs/heads/other", "refs/tags/v2"} & names
    sh_git(tmp_path, "init", "-q", "--bare", "alone")
    (tmp_path / "alone/objects/info/alternates").write_text(f"{objects}\n")
    alone = tmp_path / "alone"
    assert sh_git(alone, "rev-list", "--objects", task.base).count("\n") > 3
    assert sh_git(alone, "rev-parse", f"{kept[-1].oid.decode()}^{{}}") == task.base
    with pytest.raises(AssertionError):
        sh_git(alone, "cat-file", "-e", secret)
