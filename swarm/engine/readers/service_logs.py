"""Reads what services beside a task printed: of their containers, or kept files."""

from contextlib import suppress

from swarm.errors import SwarmError
from swarm.model.service_log import ServiceLog, last_lines
from swarm.plan.naming import SERVICE_KIND, SERVICE_LABEL, HomePaths, TaskNames
from swarm.ports import Containers


def read(
    paths: HomePaths, containers: Containers, task_id: int, lines: int, only: str = ""
) -> list[ServiceLog]:
    """The last lines of each service, by name; those of ended ones from their files.

    `only` one of that name, if it is not empty. Blocks for one call of the container
    engine, and one more for each service that has a container; ToolError.
    """
    found = _kept(paths, task_id, lines)
    names = TaskNames(paths.tag, task_id)
    for facts in containers.all(names.labels(SERVICE_KIND)):
        name = facts.labels.get(SERVICE_LABEL, "")
        if name and only in ("", name):
            with suppress(SwarmError):  # it ended just now; the next look has its file
                text = last_lines(containers.logs(facts.name, lines), lines)
                found[name] = ServiceLog(name, text)
    return [found[name] for name in sorted(found) if only in ("", name)]


def _kept(paths: HomePaths, task_id: int, lines: int) -> dict[str, ServiceLog]:
    found = {}
    for file in paths.task(task_id).glob("service-*.log"):
        name = file.name.removeprefix("service-").removesuffix(".log")
        with suppress(OSError):
            text = last_lines(file.read_bytes(), lines)
            found[name] = ServiceLog(name, text, is_past=True)
    return found
