"""Signs the commits of a landing by the user's own program."""

from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem


def items(
    _task: TaskGit, _options: LandingOptions | None = None
) -> tuple[LandingItem, ...]:
    """How the commit will be signed; nothing if the user does not sign."""
    return ()
