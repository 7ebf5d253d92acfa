"""Tasks are read by repository, by id, and with what they may use."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.errors import NotFound
from swarm.model import events
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.model.builders import build_event


@pytest.fixture
def queries(tmp_path: Path) -> Iterator[Queries]:
    """Two repositories with a task each; the task of the second was removed."""
    file = tmp_path / "swarm.db"
    journal = Journal(file)
    for number, repo in enumerate(("/one", "/two"), 1):
        queued = replace(build_event(events.TaskQueued), repo=repo)
        journal.queue(lambda _id, queued=queued: queued)  # type: ignore[misc]  # the default binds the event
        journal.record(
            number,
            events.TaskFailed("net", "x") if number == 1 else events.TaskRemoved(),
        )
    journal.record(None, events.QueueLimit(3), events.QueueLimit(5))
    journal.close()
    queries = Queries(file)
    yield queries
    queries.close()


def test_removed_tasks_are_listed_only_on_request(queries: Queries) -> None:
    assert [task.id for task in queries.tasks.all()] == [1]
    assert [task.id for task in queries.tasks.all(removed=True)] == [1, 2]
    assert [task.id for task in queries.tasks.all("/two", removed=True)] == [2]


def test_a_task_of_another_number_is_an_error(queries: Queries) -> None:
    with pytest.raises(NotFound, match="there is no task 9"):
        queries.tasks.get(9)


def test_the_agent_used_last_in_a_repository_is_known(tmp_path: Path) -> None:
    """Also of a task that was removed since; else another's, else a command."""
    file = tmp_path / "swarm.db"
    journal = Journal(file)
    empty = Queries(file)
    assert empty.tasks.last_agent("/one") == ""
    empty.close()
    used = (
        ("/one", "codex"),
        ("/one", "pi"),
        ("/two", "claude"),
        ("/one", "command"),
        ("/three", "command"),
    )
    for repo, agent in used:
        queued = replace(build_event(events.TaskQueued), repo=repo, agent=agent)
        journal.queue(lambda _id, queued=queued: queued)  # type: ignore[misc]  # the default binds the event
    journal.record(2, events.TaskFailed("net", "x"))
    journal.record(2, events.TaskRemoved())
    journal.close()
    queries = Queries(file)

    found = [queries.tasks.last_agent(repo) for repo in ("/one", "/two", "/three")]

    queries.close()
    assert found == ["pi", "claude", "claude"]


def test_a_command_is_the_usual_one_where_nothing_else_was_used(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "swarm.db")
    queued = replace(build_event(events.TaskQueued), repo="/one", agent="command")
    journal.queue(lambda _id: queued)
    journal.close()
    queries = Queries(tmp_path / "swarm.db")

    found = [queries.tasks.last_agent(repo) for repo in ("/one", "/two")]

    queries.close()
    assert found == ["command", ""]


def test_the_newest_limit_of_the_queue_counts(queries: Queries) -> None:
    assert queries.tasks.max_running() == 5


def test_a_preset_is_of_the_tasks_own_plan(queries: Queries, tmp_path: Path) -> None:
    """A plan of an earlier version has none; nor has a task that is not there."""
    journal = Journal(tmp_path / "swarm.db")
    for plan in ({"preset": "locked"}, {"preset": ""}, {}):
        queued = replace(build_event(events.TaskQueued), plan=plan)
        journal.queue(lambda _id, queued=queued: queued)  # type: ignore[misc]  # the default binds the event
    journal.close()

    found = [queries.tasks.own_preset(each) for each in (3, 4, 5, 99)]

    assert found == ["locked", "", "", ""]
