"""The tasks that need their human now, in words of ours alone; pure."""

from collections.abc import Iterable

from swarm.model.notice import Notice
from swarm.model.task import State, Task
from swarm.tui.present import task_appearance
from swarm.tui.present.appearance import Section

_TOLD = (Section.NEEDS_YOU, Section.REVIEW)


def notices(tasks: Iterable[Task]) -> dict[int, Notice]:
    """One per task that needs a human, by the task's number."""
    return {task.id: _notice(task) for task in tasks if _needs(task)}


def waiting(tasks: Iterable[Task]) -> int:
    """The number of tasks that do not go on without a human."""
    return sum(
        task_appearance.appearance(task).section is Section.NEEDS_YOU for task in tasks
    )


def _needs(task: Task) -> bool:
    """What a human ended by hand is known to them."""
    look = task_appearance.appearance(task)
    by_hand = task.state is State.STOPPED and task.reason.endswith("by you")
    return look.section in _TOLD and not by_hand


def _notice(task: Task) -> Notice:
    look = task_appearance.appearance(task)
    state = (look.phrase or look.word).rstrip("*")
    asked = max((int(question.id) for question in task.questions), default=0)
    word = "".join(c if c.isalnum() else "-" for c in look.word.rstrip("*"))
    key = f"{task.id}-{word}-{int(task_appearance.since(task) * 1000)}-{asked}"
    return Notice(task.id, key, task_appearance.display_name(task, 40), state)
