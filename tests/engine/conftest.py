"""A keeper of its own for a test: real engine, real tmux, real git, a home in /tmp."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from swarm.bootstrap import wiring
from swarm.engine.context import EngineContext
from swarm.engine.keeper import Keeper
from swarm.model.task import State, Task
from swarm.plan.gate_containers import GATING
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from swarm.store.event_queries import Queries, WishRecord

PATIENCE = 60.0
"""Seconds until a test gives up; it never waits this long when all is well."""


@dataclass
class House:
    """One home with its keeper, driven as a front end would."""

    places: HomePaths
    kit: EngineContext
    queries: Queries
    keepers: list[tuple[Keeper, threading.Thread]] = field(default_factory=list)

    def keep(self) -> Keeper:
        """Start a keeper in this process."""
        keeper = Keeper(self.kit, os.getpid())
        thread = threading.Thread(target=keeper.run, daemon=True)
        thread.start()
        self.keepers.append((keeper, thread))
        return keeper

    def configure(self, text: str) -> None:
        """Write the settings, and have this process read them and no other house's.

        No net is made before a task needs it.
        """
        file = self.places.home / "config.toml"
        file.write_text(f"{text}\n[gate]\nready = 0\n")
        os.environ["SWARM_CONFIG"] = str(file)

    def boxes(self) -> list[str]:
        """The containers that belong to tasks."""
        return [
            facts.name
            for facts in self.kit.sandboxes.all(self.kit.home_labels)
            if facts.labels["swarm.kind"] not in GATING
        ]

    def nets(self) -> set[str]:
        """The nets whose namespaces exist."""
        return self.kit.nets.known()

    def rest(self) -> None:
        """Stop every keeper."""
        while self.keepers:
            keeper, thread = self.keepers.pop()
            keeper.stop()
            thread.join(PATIENCE)

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Block until the file says so; the file's version is the event."""
        deadline, pause = time.monotonic() + PATIENCE, threading.Event()
        while not done():
            assert time.monotonic() < deadline, f"{what}: {self.story()}"
            pause.wait(0.01)

    def story(self) -> str:
        """What the journal holds, for a failed test's message."""
        return "\n".join(
            f"{r.task} {type(r.event).__name__} {r.event}"[:300]
            for r in self.queries.events()
        )

    def wish(self, verb: str, **body: Any) -> WishRecord:
        """Make a wish and block until it is decided."""
        made = wishes.make(self.places.database, verb, body)
        self.until(lambda: bool(self.queries.wish(made).outcome), verb)
        return self.queries.wish(made)

    def done(self, verb: str, **body: Any) -> dict[str, Any]:
        """A wish that must not be refused."""
        wish = self.wish(verb, **body)
        assert wish.outcome == "done", f"{wish.message} | {wish.hint}\n{self.story()}"
        return wish.result

    def new(self, repo: Path, command: str, **more: Any) -> int:
        """Queue one command task."""
        body = {"repo": str(repo), "prompt": "do it", "command": command, **more}
        return int(self.done("new", **body)["tasks"][0])

    def reach(self, task_id: int, *states: State) -> Task:
        """Block until the task is in one of the states."""
        self.until(
            lambda: self.queries.task(task_id).state in states, f"{task_id} {states}"
        )
        return self.queries.task(task_id)

    def taken_in(self, task_id: int) -> Task:
        """Block until the task has stopped and its work was looked at."""
        kinds = ("WorkBroughtBack", "BringBackRefused")
        self.until(
            lambda: any(
                type(r.event).__name__ in kinds
                for r in self.queries.events(task=task_id)
            ),
            f"{task_id} taken in",
        )
        return self.queries.task(task_id)


@pytest.fixture
def house() -> Iterator[House]:
    """A home of the test's own; everything that bears its label goes at the end."""
    with open_house() as opened:
        yield opened


@contextmanager
def open_house() -> Iterator[House]:
    """As the fixture, for tests that share one."""
    sweep()
    home = Path(tempfile.mkdtemp(prefix=f"swarm-test-{os.getpid()}-"))
    before = os.environ.get("SWARM_CONFIG")
    places = HomePaths(home)
    kit = wiring.kit(places)
    house = House(places, kit, Queries(places.database))
    house.configure("")
    try:
        yield house
    finally:
        house.rest()
        wiring.clear(places)
        house.queries.close()
        kit.journal.close()
        rmtree(home)
        if before is not None:
            os.environ["SWARM_CONFIG"] = before


@cache
def sweep() -> None:
    """Remove what an earlier run left that was killed: its networks are few."""
    for home in Path(tempfile.gettempdir()).glob("swarm-test-*-*"):
        if not Path("/proc", home.name.split("-")[2]).exists():
            wiring.clear(HomePaths(home))
            rmtree(home)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A repository with one commit and one file."""
    return new_sample(tmp_path / "sample")


def new_sample(repo: Path) -> Path:
    """As the fixture, at a place of one's own."""
    repo.mkdir()
    for argv in (
        ["init", "-q", "-b", "main"],
        ["config", "user.name", "A Human"],
        ["config", "user.email", "human@example.invalid"],
    ):
        subprocess.run(["git", "-C", str(repo), *argv], check=True)
    (repo / "README.md").write_text("# sample\n")
    subprocess.run(["git", "-C", str(repo), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(repo), "commit", "-qm", "first"], check=True)
    return repo
