"""Services' output is read of containers while they are there, then of kept files."""

from pathlib import Path

import pytest

from swarm.engine.readers import service_logs
from swarm.plan.naming import SERVICE_KIND, SERVICE_LABEL, HomePaths, TaskNames
from swarm.plan.specs import SandboxSpec
from tests.fakes import FakeContainers


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path)


def _service(paths: HomePaths, engine: FakeContainers, name: str, said: bytes) -> None:
    names = TaskNames(paths.tag, 1)
    labels = {**names.labels(SERVICE_KIND), SERVICE_LABEL: name}
    box = names.service(name)
    engine.create(SandboxSpec(box, "an/image:1", ("true",), "1:1", labels))
    engine.start(box)
    engine.outputs[box] = said


def _keep(paths: HomePaths, name: str, said: bytes) -> None:
    file = paths.service_log(1, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(said)


def test_one_that_runs_counts_before_its_last_life(paths: HomePaths) -> None:
    engine = FakeContainers()
    _service(paths, engine, "db", b"now\n")
    _keep(paths, "db", b"before\n")
    _keep(paths, "cache", b"a\nb\nc\x1b]0;x\x07\n")

    cache, db = service_logs.read(paths, engine, 1, 2)

    assert (db.text, db.is_past) == ("now", False)
    assert (cache.text, cache.is_past) == ("b\nc\\x1b]0;x\\x07", True)
    assert service_logs.read(paths, engine, 1, 2, "db") == [db]
    assert service_logs.read(paths, engine, 1, 2, "nothing") == []
