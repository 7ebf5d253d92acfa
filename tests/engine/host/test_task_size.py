"""A task's size is that of its worktree, its home and the sensor's lines."""

import os
from contextlib import closing
from pathlib import Path

from swarm.engine.host import task_size
from swarm.errors import ToolError
from swarm.model.activity import LogPosition
from swarm.model.disk_use import DiskUse
from swarm.plan.naming import HomePaths, TaskNames
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.cli.conftest import queued
from tests.fakes import FakeContainers

KIB = 1 << 10


class Refusing(FakeContainers):
    """An engine that does not tell what volumes take."""

    def volume_sizes(
        self, labels: dict[str, str], seconds: float
    ) -> dict[str, DiskUse]:
        raise ToolError("docker: not told")


def test_each_part_is_measured_and_an_unknown_home_is_told(tmp_path: Path) -> None:
    paths = HomePaths(tmp_path)
    names = TaskNames(paths.tag, 1)
    for folder in (paths.worktree(1), paths.task(1), paths.sensor):
        folder.mkdir(parents=True)
    (paths.worktree(1) / "file").write_bytes(os.urandom(256 * KIB))
    (paths.sensor / "abc.0").write_bytes(os.urandom(128 * KIB))
    (paths.sensor / "of-another.0").write_bytes(os.urandom(128 * KIB))
    with (
        closing(Journal(paths.database)) as journal,
        closing(AuditWriter(paths.database)) as audit,
        closing(Queries(paths.database)) as read,
    ):
        task = journal.queue(lambda _: queued())
        audit.begin(LogPosition("abc", 0, task.id, head=b""))
        engine = FakeContainers()
        engine.make_volume(names.home_volume, names.labels("home"))
        engine.sizes[names.home_volume] = DiskUse(5000)
        stored = names.service_volume("db", 0)
        engine.make_volume(stored, names.labels("service-data"))
        engine.sizes[stored] = DiskUse(700)
        size = task_size.measure(paths, engine, read, [task])[task.id]
        unknown = task_size.measure(paths, Refusing(), read, [task])[task.id]

    assert 256 * KIB <= size.worktree.bytes < 320 * KIB
    assert 128 * KIB <= size.logs.bytes < 160 * KIB
    assert size.home == DiskUse(5700)
    assert size.total.is_whole
    assert unknown.home is None
    assert not unknown.total.is_whole
