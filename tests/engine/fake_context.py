"""An engine's context on a real database, with an engine and a tmux of dictionaries."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from swarm.config import load
from swarm.engine.context import EngineContext
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.fakes import FakeContainers, FakeImages, FakePanes


@contextmanager
def fake_context(
    paths: HomePaths, containers: FakeContainers | None = None
) -> Iterator[EngineContext]:
    """Open it with the settings that swarm comes with; the database closes with it."""
    with (
        closing(Journal(paths.database)) as journal,
        closing(Queries(paths.database)) as queries,
    ):
        yield EngineContext(
            paths,
            journal,
            lambda: queries,
            containers or FakeContainers(),
            FakePanes(),
            lambda: load.load(load.DEFAULTS),
            1000,
            1000,
            FakeImages(),
        )
