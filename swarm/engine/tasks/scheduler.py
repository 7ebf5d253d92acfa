"""Which queued tasks may start now; pure."""

from collections.abc import Iterable, Iterator

from swarm.model.task import RUNNING, State, Task

ENDED = frozenset({State.FAILED, State.REJECTED})
"""A task that waits for one of these would wait for ever."""


def startable(tasks: Iterable[Task], max_running: int) -> Iterator[Task]:
    """The oldest queued tasks that a place is free for and that wait for nothing."""
    known = {task.id: task for task in tasks}
    free = max_running - sum(task.state in RUNNING for task in known.values())
    for task in sorted(known.values(), key=lambda task: task.id):
        if free <= 0:
            return
        if task.state is State.QUEUED and not waits_for(task, known):
            free -= 1
            yield task


def waits_for(task: Task, known: dict[int, Task]) -> list[int]:
    """The tasks that must be merged before this one may start."""
    return [i for i in task.after if i in known and known[i].state is not State.MERGED]


def hopeless(tasks: Iterable[Task]) -> Iterator[tuple[Task, Task]]:
    """Queued tasks, each with one it waits for that will never be merged."""
    known = {task.id: task for task in tasks}
    for task in known.values():
        if task.state is not State.QUEUED:
            continue
        for other in waits_for(task, known):
            if known[other].state in ENDED:
                yield task, known[other]
                break
