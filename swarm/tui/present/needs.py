"""The tasks that need their human now, and how many wait; pure."""

from collections.abc import Iterable

from swarm.model.needs import notices as notices
from swarm.model.task import Task
from swarm.tui.present import task_appearance
from swarm.tui.present.appearance import Section


def waiting(tasks: Iterable[Task]) -> int:
    """The number of tasks that do not go on without a human."""
    return sum(
        task_appearance.appearance(task).section is Section.NEEDS_YOU for task in tasks
    )
