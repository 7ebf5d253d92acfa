"""Chooses the queued tasks that may start now."""

from collections.abc import Callable, Iterable, Iterator

from swarm.model.task import RUNNING, State, Task

ENDED = frozenset({State.FAILED, State.REJECTED})
"""A task that waits for one of these would wait for ever."""


def startable(
    tasks: Iterable[Task],
    max_running: int,
    is_held: Callable[[Task], bool] = lambda _: False,
) -> Iterator[Task]:
    """The oldest queued tasks that fit the limit and wait for no other task.

    One that `is_held` for another reason takes no place.
    """
    tasks_by_id = {task.id: task for task in tasks}
    free = max_running - sum(_takes_place(task) for task in tasks_by_id.values())
    for task in sorted(tasks_by_id.values(), key=lambda task: task.id):
        if free <= 0:
            return
        waits = not task.resumes and waits_for(task, tasks_by_id)
        if task.state is State.QUEUED and not waits and not is_held(task):
            free -= 1
            yield task


def _takes_place(task: Task) -> bool:
    """A launch that waits for its human, after its set-up failed, takes none."""
    return task.state in RUNNING and not task.awaits_setup_decision


def waits_for(task: Task, tasks_by_id: dict[int, Task]) -> list[int]:
    """The tasks that must be merged before this one may start."""
    return [
        i
        for i in task.after
        if i in tasks_by_id and tasks_by_id[i].state is not State.MERGED
    ]


def never_startable(tasks: Iterable[Task]) -> Iterator[tuple[Task, Task]]:
    """Pairs of a queued task and a task before it that will never be merged."""
    tasks_by_id = {task.id: task for task in tasks}
    for task in tasks_by_id.values():
        if task.state is not State.QUEUED or task.resumes:
            continue
        for other in waits_for(task, tasks_by_id):
            if tasks_by_id[other].state in ENDED:
                yield task, tasks_by_id[other]
                break
