"""A task's branch gets the wanted name, or the next that git would take."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.worktree.branch_name import free_branch
from tests.adapters.git.git_helpers import sh_git


def opened(repo: Path) -> Repository:
    return Repository.open(repo, repo.parent / "swarm-home")


@pytest.mark.parametrize(
    ("existing", "name"),
    [
        ([], "swarm/1-fix"),
        (["other/1-fix", "swarm/1-fix-x", "swarm/11-fix"], "swarm/1-fix"),
        (["swarm/1-fix"], "swarm/1-fix-2"),
        (["swarm/1-fix", "swarm/1-fix-2", "swarm/1-fix-4"], "swarm/1-fix-3"),
        (["swarm/1-fix/below"], "swarm/1-fix-2"),
        (["swarm"], "swarm-1-fix"),
        (["swarm", "swarm-1-fix"], "swarm-1-fix-2"),
    ],
)
def test_the_next_free_name(repo: Path, existing: list[str], name: str) -> None:
    """A branch of that name, one below it, and one where its directory would be."""
    for branch in existing:
        sh_git(repo, "branch", branch)

    assert free_branch(opened(repo), "swarm/1-fix") == name
    sh_git(repo, "branch", name)


@pytest.mark.parametrize(
    ("existing", "wanted", "name"),
    [
        ("a", "a/b/c", "a-b/c"),
        ("a/b", "a/b/c", "a-b/c"),
        ("1-fix", "1-fix", "1-fix-2"),
    ],
)
def test_any_prefix_will_do(repo: Path, existing: str, wanted: str, name: str) -> None:
    """Several directories, and none."""
    sh_git(repo, "branch", existing)

    assert free_branch(opened(repo), wanted) == name
    sh_git(repo, "branch", name)


def test_packed_branches_count(repo: Path) -> None:
    """They are no files."""
    sh_git(repo, "branch", "swarm")
    sh_git(repo, "pack-refs", "--all", "--prune")

    assert free_branch(opened(repo), "swarm/1-fix") == "swarm-1-fix"


def test_names_that_fold_are_taken_where_they_fold(repo: Path) -> None:
    """Two loose refs would be one file there."""
    sh_git(repo, "branch", "SWARM/1-Fix")

    assert free_branch(opened(repo), "swarm/1-fix") == "swarm/1-fix"
    sh_git(repo, "config", "core.ignoreCase", "true")
    assert free_branch(opened(repo), "swarm/1-fix") == "swarm/1-fix-2"


NAMES = st.lists(st.sampled_from(["a", "b", "a-2"]), min_size=1, max_size=3).map(
    "/".join
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(NAMES, max_size=6), NAMES)
def test_git_takes_the_name(repo: Path, existing: list[str], wanted: str) -> None:
    """Whatever branches there are."""
    for branch in existing:
        sh_git(repo, "branch", branch, check=False)

    name = free_branch(opened(repo), wanted)

    sh_git(repo, "branch", name)
    for line in sh_git(repo, "for-each-ref", "--format=%(refname)").splitlines():
        if line != "refs/heads/main":
            sh_git(repo, "update-ref", "-d", line)
