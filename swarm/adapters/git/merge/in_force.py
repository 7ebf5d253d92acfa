"""Finds the settings of the user's that are in force for a landing on a branch."""

from dataclasses import replace

from swarm.adapters.git.merge.checkout import first_checkout
from swarm.adapters.git.task_git import TaskGit


def on_target(task: TaskGit, target: str) -> TaskGit:
    """The task, with the settings that the user's git would read on the target.

    Those are the settings of its first checkout: a linked one may have its own, by
    `git config --worktree` or a conditional include. A target that is checked out
    nowhere has the repository's. Runs no program but git, and that in a linked
    checkout only; every later question about settings is answered from there, and a
    task that has the settings of this target keeps them.
    """
    if task.repo.settings_target == target:
        return task
    checkout = first_checkout(task.repo, target)
    repo = task.repo.as_in(checkout.git_dir) if checkout else task.repo
    return replace(task, repo=replace(repo, settings_target=target))
