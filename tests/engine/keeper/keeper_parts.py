"""A home's parts on an engine and a tmux of dictionaries, and what a keeper has."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from swarm.bootstrap import engine_parts
from swarm.engine.container_events import ContainerEventWatcher
from swarm.engine.context import EngineContext
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.open_wishes import OpenWishes
from swarm.engine.keeper.recovery import Recovery
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.plan.naming import HomePaths
from tests.fakes import FakeContainers, FakeImages, FakePanes

PATIENCE = 60.0


@contextmanager
def open_parts(home: Path, engine: FakeImages | None = None) -> Iterator[EngineParts]:
    """Open them; no container is started."""
    built = engine_parts.build(
        HomePaths(home), FakeContainers(), FakePanes(), engine or FakeImages()
    )
    try:
        yield built
    finally:
        built.meter.close()
        built.nets.close()
        built.sensor.close()
        built.close()


@dataclass
class Bench:
    """What the keeper's parts stand on; a test's own thread is the loop's."""

    parts: EngineParts
    inbox: Inbox = field(default_factory=Inbox)

    def __post_init__(self) -> None:
        """Build the rest."""
        self.troubles = Troubles(self.context)
        self.work = KeeperWork(self.parts, self.troubles, self.inbox)
        self.recovery = Recovery(self.parts, 4711, self.work, self.troubles, self.inbox)
        self._is_up = threading.Event()
        self.engine = ContainerEventWatcher(
            self.context, lambda _task, _news: None, self._is_up.set
        )
        self.wishes = OpenWishes(self.parts, self.work, self.troubles, self.inbox)

    @property
    def context(self) -> EngineContext:
        """The context of the parts."""
        return self.parts.context

    def reach_engine(self) -> None:
        """Block until it is known that the container engine answers."""
        self.engine.start()
        assert self._is_up.wait(PATIENCE)

    def finish(self) -> None:
        """Block until all work in threads has ended, and do what it left."""
        self.engine.close()
        self.wishes.close()
        self.work._workers.shutdown(wait=True)  # `close` gives up what waits
        self.work.close()
        self.inbox.run(0.0)


@contextmanager
def open_bench(home: Path) -> Iterator[Bench]:
    """As `open_parts`; the threads end with it."""
    with open_parts(home) as parts:
        bench = Bench(parts)
        try:
            yield bench
        finally:
            bench.finish()
