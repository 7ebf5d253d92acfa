"""The gate's container starts beside the keeper's modules, once."""

from pathlib import Path

import pytest

from swarm.bootstrap import early_gate
from swarm.engine.gate.client import GateClient
from swarm.engine.host import images
from swarm.errors import ToolError
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths
from tests.fakes import FakeContainers


@pytest.fixture
def engine() -> FakeContainers:
    return FakeContainers(images=(images.tag("gate"),))


def test_the_gate_runs_before_anything_of_the_keeper_is_built(
    engine: FakeContainers, tmp_path: Path
) -> None:
    paths = HomePaths(tmp_path)

    early_gate.begin(paths, engine).join()

    facts = engine.inspect(GateNames(paths.tag).gate)
    assert facts is not None
    assert facts.status == "running"


def test_an_engine_that_is_down_is_told_by_who_needs_the_gate(tmp_path: Path) -> None:
    """And there with its hint; here nothing waits for an answer."""
    engine = FakeContainers()
    engine.down = True

    thread = early_gate.begin(HomePaths(tmp_path), engine)

    thread.join()
    assert engine.specs == {}


def test_the_keepers_client_waits_before_it_starts_one(
    engine: FakeContainers, tmp_path: Path
) -> None:
    """Else both would remove what the other has just made."""

    def wait() -> None:
        assert engine.specs == {}
        raise ToolError("waited")

    names = GateNames(HomePaths(tmp_path).tag)
    client = GateClient(engine, names, dict, lambda _line: None, wait)

    with pytest.raises(ToolError, match="waited"):
        client.up()

    assert engine.specs == {}
