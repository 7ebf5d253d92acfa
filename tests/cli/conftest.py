"""A home with a journal, and a fake keeper that decides wishes without an engine."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.cli.main import run
from swarm.errors import SwarmError
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.store.wish_queries import WishRecord
from tests import builders

Decide = Callable[[WishRecord], dict[str, Any]]
"""Answers a wish, or raises the SwarmError that refuses it."""


class FakeKeeper:
    """Holds the keeper's lock, and decides wishes without any engine."""

    def __init__(self, paths: HomePaths, journal: Journal) -> None:
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.decide: Decide = lambda wish: {}
        self._paths = paths
        self._journal = journal
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        self._lock = self._paths.lock.open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._lock.write(str(os.getpid()))
        self._lock.flush()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()
        self._lock.close()

    def _serve(self) -> None:
        queries = Queries(self._paths.database)
        while not self._ended.wait(0.005):
            for wish in queries.wishes.open():
                self.seen.append((wish.verb, wish.body))
                try:
                    answer = self.decide(wish)
                except SwarmError as error:
                    self._journal.refuse(wish.id, error)
                else:
                    self._journal.answer(wish.id, result=answer)
        queries.close()


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("SWARM_HOME", str(home))
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)
    return HomePaths(home)


@pytest.fixture
def journal(paths: HomePaths) -> Iterator[Journal]:
    journal = Journal(paths.database)
    yield journal
    journal.close()


@pytest.fixture
def keeper(paths: HomePaths, journal: Journal) -> Iterator[FakeKeeper]:
    keeper = FakeKeeper(paths, journal)
    keeper.start()
    yield keeper
    keeper.stop()


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What looks like a repository; the command line runs no git on it."""
    repo = tmp_path / "repo"
    (repo / ".git").mkdir(parents=True)
    monkeypatch.chdir(repo)
    return repo


@pytest.fixture
def swarm(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run one command line: its status, standard output and standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        try:
            status = run(list(words))
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def queued(name: str = "fix", repo: str = "/r", **fields: Any) -> events.TaskQueued:
    """The first event of a task whose worktree is bound into its container."""
    usual = {"branch": "swarm/1-fix", "plan": {"transport": "bind"}}
    return builders.queued(name=name, repo=repo, **usual | fields)


def ended(journal: Journal, code: int = 0, **more: Any) -> int:
    """A task that ran and ended with this exit status; its id."""
    task = journal.queue(lambda _id: queued(**more))
    journal.record(
        task.id,
        events.TaskProvisioning(),
        events.TaskLive("box", "pane"),
        events.TaskStopped(code),
    )
    return task.id
