"""A home with its keeper, driven as a front end drives it.

Engine, tmux and git are real.
"""

import fcntl
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

from swarm.bootstrap import wiring
from swarm.engine.context import EngineContext
from swarm.engine.keeper.loop import Keeper
from swarm.engine.parts import EngineParts
from swarm.model.task import State, Task
from swarm.plan.gate_containers import SHARED_KINDS
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from swarm.store.queries import Queries
from swarm.store.wish_queries import WishRecord

PATIENCE = 180.0
"""Seconds until a test gives up; it never waits this long when all is well."""
LOOK, LONGER, LONGEST_LOOK = 0.01, 1.1, 0.1
"""Seconds between two looks: the longer it takes, the less it may take of the machine.

A look costs a millisecond of the processor that the keeper works on.
"""


@dataclass
class KeeperHarness:
    """One home with its keeper, driven as a front end would."""

    paths: HomePaths
    parts: EngineParts
    queries: Queries
    keepers: list[tuple[Keeper, threading.Thread]] = field(default_factory=list)
    patience: float = PATIENCE
    """Seconds until one wait gives up."""

    before: str | None = None
    """The settings that this process read before this home was made."""

    @property
    def settings(self) -> Path:
        """The home's own file of settings."""
        return self.paths.home / "config.toml"

    @property
    def context(self) -> EngineContext:
        """The tools that the keeper works with."""
        return self.parts.context

    def start_keeper(self, renews_policies: bool = True) -> Keeper:
        """Start a keeper in this process.

        One that does not renew policies is for a test that gives the gate its own: an
        edit of a setting, of another test's too, would put the files' in its place.
        """
        keeper = Keeper(self.parts, os.getpid())
        if not renews_policies:
            keeper._looks._policies._renew = _nothing  # type: ignore[method-assign]
        thread = threading.Thread(target=keeper.run, daemon=True)
        thread.start()
        self.keepers.append((keeper, thread))
        return keeper

    def configure(self, text: str, ready: int = 0) -> None:
        """Write the settings, and have this process read them and no other house's.

        No net is made before a task needs it, unless some are to be `ready`.
        """
        self.settings.write_text(f"{text}\n[gate]\nready = {ready}\n")
        os.environ["SWARM_CONFIG"] = str(self.settings)

    def task_containers(self) -> list[str]:
        """The containers that belong to tasks."""
        return [
            facts.name
            for facts in self.context.containers.all(self.context.home_labels)
            if facts.labels["swarm.kind"] not in SHARED_KINDS
        ]

    def net_namespaces(self) -> set[str]:
        """The nets whose namespaces exist."""
        return self.parts.nets.existing()

    def stop_keepers(self) -> None:
        """Stop every keeper."""
        while self.keepers:
            keeper, thread = self.keepers.pop()
            keeper.stop()
            thread.join(PATIENCE)

    def forget_all(self) -> None:
        """Stop the keepers; the next one remembers nothing but what is stored."""
        self.stop_keepers()
        self.parts.close()
        self.parts = wiring.engine_parts(self.paths)

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Block until the file says so; the file's version is the event."""
        deadline, pause = time.monotonic() + self.patience, threading.Event()
        seconds = LOOK
        while not done():
            assert time.monotonic() < deadline, f"{what}: {self.journal_text()}"
            pause.wait(seconds)
            seconds = min(seconds * LONGER, LONGEST_LOOK)

    def journal_text(self) -> str:
        """What the journal holds, for a failed test's message."""
        return "\n".join(
            f"{r.task} {type(r.event).__name__} {r.event}"[:300]
            for r in self.queries.events.after()
        )

    def wish(self, verb: str, **body: Any) -> WishRecord:
        """Make a wish and block until it is decided."""
        made = wishes.insert(self.paths.database, verb, body)
        self.until(lambda: bool(self.queries.wishes.get(made).outcome), verb)
        return self.queries.wishes.get(made)

    def wish_done(self, verb: str, **body: Any) -> dict[str, Any]:
        """A wish that must not be refused."""
        wish = self.wish(verb, **body)
        assert wish.outcome == "done", (
            f"{wish.message} | {wish.hint}\n{self.journal_text()}"
        )
        return wish.result

    def new_task(self, repo: Path, command: str, **more: Any) -> int:
        """Queue one command task."""
        body = {"repo": str(repo), "prompt": "do it", "command": command, **more}
        return int(self.wish_done("new", **body)["tasks"][0])

    def until_state(self, task_id: int, *states: State) -> Task:
        """Block until the task is in one of the states."""
        self.until(
            lambda: self.queries.tasks.get(task_id).state in states,
            f"{task_id} {states}",
        )
        return self.queries.tasks.get(task_id)

    def until_taken_in(self, task_id: int) -> Task:
        """Block until the task has stopped and its work was looked at."""
        kinds = ("CommitsImported", "ImportRefused")
        self.until(
            lambda: any(
                type(r.event).__name__ in kinds
                for r in self.queries.events.after(task=task_id)
            ),
            f"{task_id} taken in",
        )
        return self.queries.tasks.get(task_id)


HOMES = "swarm-test-*-*"
_open: list[KeeperHarness] = []
"""Homes of this process, in the order in which they were made."""


@contextmanager
def open_keeper_harness(disk: Path | None = None) -> Iterator[KeeperHarness]:
    """As the fixture, for tests that share one; perhaps on another disk."""
    remove_leftovers()
    # A short path, as sockets need, on the disk where all tests keep their files.
    place = disk or _files_of_tests()
    home = Path(tempfile.mkdtemp(prefix=f"swarm-test-{os.getpid()}-", dir=place))
    paths = HomePaths(home)
    harness = KeeperHarness(paths, wiring.engine_parts(paths), Queries(paths.database))
    harness.before = os.environ.get("SWARM_CONFIG")
    harness.configure("")
    _open.append(harness)
    try:
        yield harness
    finally:
        harness.stop_keepers()
        wiring.clear(paths)
        harness.queries.close()
        harness.parts.close()
        rmtree(home)
        _give_settings_back(harness)


def _give_settings_back(gone: KeeperHarness) -> None:
    """Have this process read the settings of before, or of a home that is still there.

    Homes need not end in the order in which they began: a module's may go before a
    package's that was made later.
    """
    _open.remove(gone)
    for other in _open:
        if other.before == str(gone.settings):
            other.before = gone.before
    if os.environ.get("SWARM_CONFIG") != str(gone.settings):
        return
    if gone.before is not None:
        os.environ["SWARM_CONFIG"] = gone.before
    elif _open:
        os.environ["SWARM_CONFIG"] = str(_open[-1].settings)
    else:
        del os.environ["SWARM_CONFIG"]


@cache
def remove_leftovers() -> None:
    """Remove the homes of earlier runs that were killed: networks are few.

    The workers of a run do it one after the other.
    """
    with Path(tempfile.gettempdir(), "swarm-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for home in [home for place in _places() for home in place.glob(HOMES)]:
            if not Path("/proc", home.name.split("-")[2]).exists():
                wiring.clear(HomePaths(home))
                # A run with other temporary files may clear the same one.
                rmtree(home, ignore_errors=True)


def _places() -> set[Path]:
    """Where homes of tests may lie: on the disk, and where all tests keep files."""
    return {Path(tempfile.gettempdir()), Path(_files_of_tests())}


def _files_of_tests() -> str:
    return os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir()


def _nothing() -> None:
    pass


def new_sample_repository(repo: Path) -> Path:
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
