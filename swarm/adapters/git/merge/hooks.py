"""The user's hooks at a landing: which exist, and the one that may run."""

from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem
from swarm.model.review import MergeOrder


def items(_task: TaskGit, _order: MergeOrder) -> tuple[LandingItem, ...]:
    """Each hook of the user's that `git` would have run for the order's strategy."""
    return ()


def run_message_hook(
    _task: TaskGit, _order: MergeOrder, message: str, _options: LandingOptions
) -> str:
    """The message after the user's `commit-msg` hook; Refused if the hook fails."""
    return message
