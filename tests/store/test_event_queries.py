"""Events are found by task, by kind, and by what a screen shows of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.model import events
from swarm.store.event_queries import Fleet
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.model.builders import build_event

DENIED = events.NetDenied("n", 4, "evil.example", "not-in-allowlist")
GRANTED = events.PolicyGranted({"host": "evil.example"}, "task")


def _checkpoint(number: int) -> events.CheckpointTaken:
    return events.CheckpointTaken(number, "t", 1, 2, 3, 0, 0, "by you")


@pytest.fixture
def queries(tmp_path: Path) -> Iterator[Queries]:
    file = tmp_path / "swarm.db"
    journal = Journal(file)
    journal.record(
        None,
        events.KeeperStarted(1, "0"),
        events.ContainerEngineUp("27"),
        events.ContainerEngineDown("gone"),
        events.QueueLimit(4),
        events.KeeperStarted(2, "0"),
    )
    journal.queue(lambda _id: build_event(events.TaskQueued))
    journal.record(
        1,
        DENIED,
        events.ModelAsked("n", 5, "h", "p"),
        GRANTED,
        events.NameQueried("n", 6, "other.example"),
        *[_checkpoint(number) for number in (1, 2, 3)],
        events.CheckpointsDropped(1),
    )
    journal.close()
    queries = Queries(file)
    yield queries
    queries.close()


def test_events_follow_the_last_one_that_was_seen(queries: Queries) -> None:
    newest = queries.events.last_id()

    assert [recorded.id for recorded in queries.events.after(newest - 2)] == [
        newest - 1,
        newest,
    ]
    assert len(queries.events.after(task=1, limit=3)) == 3


def test_the_newest_events_say_how_the_fleet_is(queries: Queries) -> None:
    assert queries.events.fleet() == Fleet("", "gone", 2, 4)
    assert [one.event for one in queries.events.of_kind(events.KeeperStarted)] == [
        events.KeeperStarted(1, "0"),
        events.KeeperStarted(2, "0"),
    ]


def test_the_network_of_a_task_is_read_by_the_subject_of_its_events(
    queries: Queries,
) -> None:
    """A request to a model is no part of it."""
    seen = [recorded.event for recorded in queries.events.net(1)]

    assert seen == [DENIED, events.NameQueried("n", 6, "other.example")]
    assert queries.events.last_gate_line(1) == 6


def test_denials_stand_beside_the_decisions_about_them(queries: Queries) -> None:
    assert [one.event for one in queries.events.denials()] == [DENIED]
    assert [one.event for one in queries.events.decisions()] == [DENIED, GRANTED]
    assert [one.event for one in queries.events.grants(1)] == [GRANTED]
    assert queries.events.denials(2) == []


def test_dropped_checkpoints_are_gone(queries: Queries) -> None:
    assert [one.number for one in queries.events.checkpoints(1)] == [2, 3]


def test_what_was_acknowledged_is_kept_by_repository_and_strategy(
    tmp_path: Path,
) -> None:
    """Until it is taken back, and only there."""
    journal, queries = Journal(tmp_path / "a.db"), Queries(tmp_path / "a.db")
    try:
        journal.queue(lambda _id: build_event(events.TaskQueued))
        journal.record(
            1,
            events.LandingAcknowledged("/r", "squash", ("hook:pre-commit",)),
            events.LandingAcknowledged("/r", "squash", ("hook:pre-commit", "hook:x")),
            events.LandingAcknowledged("/other", "squash", ("hook:y",)),
            events.LandingAcknowledged("/r", "merge", ("hook:pre-merge-commit",)),
        )
        known = queries.events.acknowledged("/r", "squash")
        journal.record(1, events.AcknowledgementsForgotten("/r"))
        journal.record(1, events.LandingAcknowledged("/r", "squash", ("hook:z",)))
        later = queries.events.acknowledged("/r", "squash")
        other = queries.events.acknowledged("/other", "squash")
    finally:
        queries.close()
        journal.close()

    assert known == ("hook:pre-commit", "hook:x")
    assert (later, other) == (("hook:z",), ("hook:y",))


def test_the_last_of_a_kind_and_what_came_after_it(queries: Queries) -> None:
    """By task; a kind that never was is none, and all events come after it."""
    last, follows = queries.events.last, queries.events.follows

    assert last(events.CheckpointTaken, 1) == _checkpoint(3)
    assert last(events.CheckpointTaken, 2) is None
    assert last(events.TextSent, 1) is None
    assert follows(1, events.NetDenied, events.PolicyGranted, events.TextSent)
    assert not follows(1, events.CheckpointTaken, events.PolicyGranted)
    assert follows(1, events.TaskStopped, events.NetDenied)
