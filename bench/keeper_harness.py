"""A throw-away home and repository for a bench, with a keeper of its own process."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from swarm.bootstrap import wiring
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from swarm.store.queries import Queries

PATIENCE = 120.0
SETTLED_SECONDS = 1.0
"""Between a net's container and its set-up there is a moment without either."""


SMALL = '[sandbox]\nmemory = "256MiB"'


@dataclass(frozen=True)
class KeeperHarness:
    """One home with a warm keeper, and a repository of 1,000 files."""

    paths: HomePaths
    repo: Path
    queries: Queries
    keeper: "subprocess.Popen[bytes]"
    nets: int = 0
    """As many are kept ready."""

    def wish(self, verb: str, **body: object) -> dict[str, object]:
        """Make a wish and wait until it is done."""
        made = wishes.insert(self.paths.database, verb, body)
        until(lambda: bool(self.queries.wishes.get(made).outcome), verb)
        decided = self.queries.wishes.get(made)
        assert decided.outcome == "done", decided.message
        return decided.result

    def until_ready(self) -> None:
        """Every net of the pool stands: what is made for later disturbs nobody."""
        door, since = wiring.sandboxes(), [time.monotonic()]

        def stands() -> bool:
            found = door.all({"swarm.home": self.paths.tag})
            kinds = [facts.labels["swarm.kind"] for facts in found]
            if kinds.count("net") < self.nets or "netsetup" in kinds:
                since[0] = time.monotonic()
            return time.monotonic() - since[0] > SETTLED_SECONDS

        until(stands, "the nets")

    def new(self, command: str, copies: int = 1) -> list[int]:
        """Queue command tasks and return their ids."""
        result = self.wish(
            "new", repo=str(self.repo), prompt="bench", command=command, copies=copies
        )
        ids = result["tasks"]
        assert isinstance(ids, list)
        return ids


def until(done: Callable[[], bool], what: str) -> None:
    """Block until it is so."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        pause.wait(0.005)


def make_repository(at: Path, files: int = 1000) -> Path:
    """A repository with one commit of so many small files."""
    at.mkdir(parents=True)
    for number in range(files):
        file = at / f"src/{number % 40}/file{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"VALUE = {number}\n" * 40)
    for argv in (
        ["init", "-q", "-b", "main"],
        ["config", "user.name", "Bench"],
        ["config", "user.email", "bench@example.invalid"],
        ["add", "-A"],
        ["commit", "-qm", "first"],
    ):
        subprocess.run(["git", "-C", str(at), *argv], check=True)
    return at


@contextmanager
def open_keeper_harness(
    max_running: int = 16, settings: str = SMALL
) -> Iterator[KeeperHarness]:
    """A home with a warm keeper; everything it started is removed at the end."""
    base = Path(tempfile.mkdtemp(prefix="swarm-bench-"))
    home, config = base / "home", base / "config.toml"
    home.mkdir()
    config.write_text(
        f"max_running = {max_running}\n[gate]\nready = {max_running}\n{settings}\n"
    )
    os.environ["SWARM_HOME"], os.environ["SWARM_CONFIG"] = str(home), str(config)
    paths = HomePaths(home)
    repo = make_repository(base / "repo")
    queries = Queries(paths.database)
    keeper = subprocess.Popen(
        [sys.executable, "-m", "swarm", "keeper"], stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: bool(queries.events.fleet().engine), "the keeper")
        yield KeeperHarness(paths, repo, queries, keeper, max_running)
    finally:
        keeper.terminate()
        keeper.wait(30)
        wiring.clear(paths)
        queries.close()
        rmtree(base)
