"""Reads which images the tasks of a home stand on."""

from contextlib import closing

from swarm.engine.host.image_prune import Use
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries


def of_home(paths: HomePaths) -> Use:
    """The references in the plans of tasks that are not removed; started ones apart."""
    planned, started = set[str](), set[str]()
    if not paths.database.exists():
        return Use(planned, started)
    with closing(Queries(paths.database)) as queries:
        for task in queries.tasks.all():
            image = str(queries.tasks.plan(task.id).get("sandbox", {}).get("image", ""))
            planned.add(image)
            if task.started is not None:
                started.add(image)
    return Use(planned, started)
