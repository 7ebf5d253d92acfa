"""A volume has a limit if the engine can; folders, if this machine's disk can."""

from dataclasses import replace
from pathlib import Path

from swarm.adapters import project_quota
from swarm.adapters.docker import DockerContainers
from swarm.engine.tasks import disk_limit
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context

LIMIT = 1 << 30


def test_a_volume_is_made_whether_the_engine_limits_it_or_not(tmp_path: Path) -> None:
    """A real engine; one that refuses is not asked again."""
    with fake_context(HomePaths(tmp_path)) as fake:
        context = replace(fake, containers=DockerContainers())
        names = context.names(1)
        for number in range(2):
            volume, labels = names.service_volume("db", number), names.labels("test")
            disk_limit.make_volume(context, volume, labels, LIMIT)
        try:
            assert len(context.containers.volumes(names.labels("test"))) == 2
        finally:
            for volume in context.containers.volumes(names.labels("test")):
                context.containers.remove_volume(volume)


def test_where_no_disk_can_nothing_is_told_and_nothing_fails(tmp_path: Path) -> None:
    """On one that can, the kernel knows the limit: `tests/adapters/quota` tries it."""
    with fake_context(HomePaths(tmp_path)) as context:
        task = context.journal.queue(queued)
        context.worktree(task).mkdir(parents=True)
        can = not project_quota.obstacle(context.worktree(task))

        disk_limit.begin(context, task)
        assert bool(disk_limit.held(context, task)) == can
        disk_limit.end(context, task)

        assert disk_limit.held(context, task) is None
        assert len(context.read().events.after(task=task.id)) == 1
