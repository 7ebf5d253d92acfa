"""Builds the real tools of one home and hands them to those who use them.

An import inside a function is deferred because the module is slow to load: docker costs
0.26 s, textual 0.26 s, sqlmodel 0.5 s, and `swarm ls` must answer in 0.16 s.
"""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from swarm.plan.naming import HOME_LABEL, HomePaths
from swarm.store.queries import Queries

if TYPE_CHECKING:  # the return types of what is imported when it is called
    from pathlib import Path

    from swarm.adapters.docker import DockerContainers, DockerImages
    from swarm.adapters.tmux import Tmux
    from swarm.engine.parts import EngineParts
    from swarm.engine.readers.project_change import ProjectChange
    from swarm.engine.readers.review import ReviewReader
    from swarm.model.disk_use import TaskSize
    from swarm.model.standing import Standing
    from swarm.model.task import Task
    from swarm.model.wishes import NewTasks

REMOVALS = 8
"""Containers that are removed at once."""


def engine_parts(paths: HomePaths) -> "EngineParts":
    """The keeper's tools for one home; starts the threads that record."""
    from swarm.bootstrap import engine_parts as parts  # noqa: PLC0415 - loads sqlmodel

    return parts.build(paths, sandboxes(), panes(paths), images())


def sandboxes() -> "DockerContainers":
    """The container engine's adapter; only calls to it raise ToolMissing."""
    from swarm.adapters.docker import DockerContainers  # noqa: PLC0415 - loads docker

    return DockerContainers()


def images() -> "DockerImages":
    """The adapter of the engine's images; only calls to it raise ToolMissing."""
    from swarm.adapters.docker import DockerImages  # noqa: PLC0415 - loads docker

    return DockerImages()


def panes(paths: HomePaths) -> "Tmux":
    """The adapter of the private tmux server."""
    from swarm.adapters.tmux import Tmux  # noqa: PLC0415 - only some commands use tmux

    return Tmux(paths.tmux, pid_file=paths.tmux_pid)


def review(paths: HomePaths) -> "ReviewReader":
    """The read side of reviews, from the host-owned git directories."""
    from swarm.engine.readers.review import ReviewReader  # noqa: PLC0415 - loads the git door

    return ReviewReader(paths, lambda: Queries(paths.database))


def task_sizes(paths: HomePaths, tasks: "Sequence[Task]") -> "dict[int, TaskSize]":
    """What tasks take on their disks, by id; blocks for seconds if they are large.

    A home whose size this user may not read, and the engine does not tell, is None.
    """
    from swarm.engine.host import task_size  # noqa: PLC0415 - most commands measure none

    with closing(sandboxes()) as containers, closing(Queries(paths.database)) as read:
        return task_size.measure(paths, containers, read, tasks)


def standings(
    paths: HomePaths, repo: "Path | None", wish: "NewTasks | None" = None
) -> "dict[str, Standing]":
    """What a new task of each agent would stand on; blocks for the container engine.

    For a wish all that it says and its repository brings counts, as it does when the
    keeper takes it; else the settings alone.
    """
    from swarm.engine.readers import standing  # noqa: PLC0415 - when a dialog opens

    with closing(sandboxes()) as containers:
        return standing.standings(paths, repo, containers, wish)


def change_project(paths: HomePaths, change: "ProjectChange") -> None:
    """Write a changed `swarm.toml` that its human has seen, and have tasks use it.

    SwarmError if it is no longer what was shown.
    """
    change.change.write()
    agree_to_project(paths, change.root, change.digest)


def agree_to_project(paths: HomePaths, repo: "Path", digest: str) -> None:
    """Record that the human wants the `swarm.toml` of this digest used."""
    from swarm.engine.egress import repository_project  # noqa: PLC0415 - loads git

    repository_project.agree(paths, repo, digest)


def clear(paths: HomePaths) -> None:
    """Remove every container, volume and network of a home, and its tmux server.

    For a home that is itself removed, after its keeper ended; asks nothing before.
    ToolError if the container engine or tmux refuses.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - beside its use

    containers, labels = sandboxes(), {HOME_LABEL: paths.tag}
    try:
        names = [facts.name for facts in containers.all(labels)]
        # Each takes the engine up to half a second, mostly to wait for the kernel.
        with ThreadPoolExecutor(REMOVALS, thread_name_prefix="clear") as executor:
            list(executor.map(containers.remove, names))
        for volume in containers.volumes(labels):
            containers.remove_volume(volume)
        for network in containers.networks(labels):
            containers.remove_network(network)
    finally:
        containers.close()
        panes(paths).kill_server()
