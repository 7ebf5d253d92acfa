"""`swarm repo add` brings what a task lacked, and offers to start it anew."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.config.project import parsed
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.adapters.git.git_helpers import new_repository
from tests.cli.conftest import FakeKeeper, queued

Swarm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(new_repository(tmp_path / "repo"))
    return tmp_path / "repo"


def wanting(journal: Journal, repo: Path, *names: str) -> int:
    task = journal.queue(lambda _id: queued(repo=str(repo), agent="command"))
    journal.record(task.id, events.TaskProvisioning(), events.TaskLive("b", "p"))
    for name in names:
        journal.record(task.id, events.ToolWanted(name, f"{name} x"))
    return task.id


def test_names_are_added(swarm: Swarm, paths: HomePaths, repo: Path) -> None:
    status, out, _ = swarm("repo", "add", "node,tree", "psql", "--yes")

    assert (status, '+stacks = ["node"]' in out) == (0, True)
    choice = parsed((repo / "swarm.toml").read_text())
    assert choice.stacks == ("node",)
    assert choice.packages == ("postgresql-client", "tree")
    assert "has that already" in swarm("repo", "add", "tree", "--yes")[2]
    assert "nothing is named" in swarm("repo", "add")[2]


def test_what_a_task_wants_is_added_and_its_retry_named(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, repo: Path
) -> None:
    task = wanting(journal, repo, "node", "docker", "psql")

    status, _, said = swarm("repo", "add", "--task", str(task), "--yes")

    assert (status, keeper.seen) == (0, [])
    words = f"`swarm retry {task} --stack node --package postgresql-client` starts it"
    assert words in said
    assert parsed((repo / "swarm.toml").read_text()).stacks == ("node",)


def test_the_retry_has_it_whatever_its_commit_says(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, repo: Path
) -> None:
    task = wanting(journal, repo, "psql")
    keeper.decide = lambda _wish: {"tasks": [9]}

    status, out, _ = swarm("repo", "add", "--task", str(task), "--yes", "--retry")

    assert (status, out.splitlines()[-1]) == (0, "9")
    [(verb, body)] = keeper.seen
    assert (verb, body["task"]) == ("retry", task)
    assert body["packages"] == ["postgresql-client"]


def test_a_task_that_lacks_nothing_to_be_had(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, repo: Path
) -> None:
    task = wanting(journal, repo, "docker")

    assert "wants nothing that a stack" in swarm("repo", "add", "--task", str(task))[2]


def test_a_retry_takes_more_by_options(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, repo: Path
) -> None:
    task = wanting(journal, repo)
    journal.record(task, events.TaskStopped(1))
    keeper.decide = lambda _wish: {"tasks": [9]}

    assert swarm("retry", str(task), "--stack", "go,c")[0] == 0
    assert keeper.seen[-1][1]["stacks"] == ["go", "c"]
    assert "not --continue" in swarm("retry", "--continue", "1", "--stack", "c")[2]
