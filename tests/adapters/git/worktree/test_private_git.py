"""The agent's git directory stands by itself, beside whatever the user's names are."""

from dataclasses import replace
from pathlib import Path

from swarm.adapters.git.worktree import create
from tests.adapters.git.git_helpers import agent_git, sh_git, task_on


def test_a_branch_called_swarm_stands_beside_a_task_of_another_prefix(
    repo: Path,
) -> None:
    """Both are plain refs; the task's is the one that HEAD is on."""
    sh_git(repo, "branch", "swarm")
    task = replace(task_on(repo), branch="agents/1-work")

    create.create_worktree(task)

    words = ("for-each-ref", "--format=%(refname:short)", "refs/heads")
    assert agent_git(task, *words).split() == ["agents/1-work", "main", "swarm"]
    assert agent_git(task, "symbolic-ref", "--short", "HEAD") == "agents/1-work"
