"""Measures what tasks take on their disks, for front ends."""

from collections.abc import Sequence
from contextlib import closing

from swarm.model.disk_use import TaskSize
from swarm.model.task import Task
from swarm.plan.naming import HomePaths


def measure(paths: HomePaths, tasks: Sequence[Task]) -> dict[int, TaskSize]:
    """The sizes of tasks by their ids; blocks for seconds if they are large.

    A home whose size this user may not read, and the engine does not tell, is None.
    """
    from swarm.bootstrap import wiring  # noqa: PLC0415 - most commands need no engine
    from swarm.engine.host import task_size  # noqa: PLC0415 - as above
    from swarm.store.queries import Queries  # noqa: PLC0415 - loads all events

    with (
        closing(wiring.sandboxes()) as containers,
        closing(Queries(paths.database)) as queries,
    ):
        return task_size.measure(paths, containers, queries, tasks)
