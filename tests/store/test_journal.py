"""What is recorded is what is known, and nothing illegal is recorded."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.errors import IllegalMove, Refused, SwarmError
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from swarm.model.task import State
from swarm.store import wishes
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.builders import queued


def _queued(task_id: int) -> events.TaskQueued:
    return queued(task_id, plan={"transport": "bind"}, after=(3, 4))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "swarm.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


@pytest.fixture
def queries(path: Path, journal: Journal) -> Iterator[Queries]:
    queries = Queries(path)
    yield queries
    queries.close()


def test_a_task_is_read_as_it_was_written(journal: Journal, queries: Queries) -> None:
    """The projection in the row equals the task that the writer returned."""
    task = journal.queue(_queued)

    assert queries.tasks.all() == [task]
    assert queries.tasks.plan(task.id) == {"transport": "bind"}


def test_an_event_and_its_task_change_together(
    journal: Journal, queries: Queries
) -> None:
    """One transaction: nobody reads a state without its event."""
    task = journal.queue(_queued)

    journal.record(task.id, events.TaskProvisioning(), events.StepDone("worktree", 0.1))

    assert queries.tasks.get(task.id).state is State.PROVISIONING
    assert [r.event for r in queries.events.after(task=task.id)][1:] == [
        events.TaskProvisioning(),
        events.StepDone("worktree", 0.1),
    ]


def test_what_agents_are_doing_is_counted_as_no_change(journal: Journal) -> None:
    """The keeper looks at all tasks for each change; a state starts none of them."""
    task = journal.queue(_queued)
    before = journal.changes
    state = events.AgentStateChanged(
        AgentState.READY, 1.0, Source.HOOK, "Stop", "", 1.0
    )

    journal.record(task.id, state)
    assert journal.changes == before
    journal.record(task.id, state, events.TaskProvisioning())
    assert journal.changes == before + 1


def test_an_illegal_move_records_nothing(journal: Journal, queries: Queries) -> None:
    """The journal is the lock: of several events, all or none."""
    task = journal.queue(_queued)

    with pytest.raises(IllegalMove):
        journal.record(
            task.id, events.TextSent(1), events.TaskMerged("squash", "main", "c")
        )
    assert len(queries.events.after()) == 1


def test_two_verbs_on_one_task_cannot_both_win(journal: Journal) -> None:
    """Whoever comes second meets a state that does not allow it."""
    task = journal.queue(_queued)
    outcomes: list[str] = []

    def begin() -> None:
        try:
            journal.record(task.id, events.TaskProvisioning())
            outcomes.append("began")
        except IllegalMove:
            outcomes.append("refused")

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["began"] + ["refused"] * 5


def test_a_task_that_does_not_exist_is_named(journal: Journal) -> None:
    """An error names the thing and the way out."""
    with pytest.raises(SwarmError, match="no task 9"):
        journal.record(9, events.TaskPaused())


def test_a_wish_is_open_until_it_is_decided(
    path: Path, journal: Journal, queries: Queries
) -> None:
    """Done with a result, or refused with a reason and a hint."""
    first, second = (
        wishes.insert(path, "stop", {"task": 1}),
        wishes.insert(path, "gc", {}),
    )
    assert [wish.id for wish in queries.wishes.open()] == [first, second]

    journal.answer(first, result={"tasks": [1]})
    journal.refuse(second, Refused("no", hint="do this"))

    assert queries.wishes.open() == []
    assert queries.wishes.get(first).result == {"tasks": [1]}
    refused = queries.wishes.get(second)
    assert (refused.outcome, refused.message, refused.hint) == (
        "refused",
        "no",
        "do this",
    )


def test_growth_is_noticed_without_reading_it(
    journal: Journal, queries: Queries
) -> None:
    """`data_version` changes with another connection's write, and only then."""
    before = queries.version()
    assert queries.version() == before

    journal.record(None, events.ContainerEngineUp("20.10"))

    assert queries.version() != before


def test_the_fleet_is_what_the_newest_events_say(
    journal: Journal, queries: Queries
) -> None:
    """An engine that came back is up, whatever was said before."""
    journal.record(None, events.KeeperStarted(42, "0.1"))
    journal.record(None, events.ContainerEngineDown("gone"))
    assert queries.events.fleet().trouble == "gone"

    journal.record(None, events.ContainerEngineUp("27.3"))

    fleet = queries.events.fleet()
    assert (fleet.engine, fleet.trouble, fleet.keeper) == ("27.3", "", 42)
