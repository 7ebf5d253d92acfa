"""`events`: one line for each, and JSON that a program can follow."""

import json
import threading
from collections.abc import Callable

from swarm.cli.keeper_client import changes
from swarm.model import events as model_events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.cli.conftest import ended

Swarm = Callable[..., tuple[int, str, str]]


def test_events_are_one_json_object_per_line(swarm: Swarm, journal: Journal) -> None:
    ended(journal, 2)

    rows = [json.loads(row) for row in swarm("events", "--json")[1].splitlines()]

    assert [row["id"] for row in rows] == [1, 2, 3, 4]
    assert {*rows[3]} == {"id", "at", "task", "kind", "body"}
    assert (rows[3]["kind"], rows[3]["body"]) == (
        "TaskStopped",
        {"exit_code": 2, "reason": "", "hint": "", "failed_with_0": False},
    )


def test_every_event_comes_back_from_its_json(swarm: Swarm, journal: Journal) -> None:
    ended(journal)
    rows = [json.loads(row) for row in swarm("events", "--json")[1].splitlines()]

    events = [model_events.KINDS[row["kind"]].from_json(row["body"]) for row in rows]

    assert events[3] == model_events.TaskStopped(0)


def test_events_of_one_task_leave_out_the_others(
    swarm: Swarm, journal: Journal
) -> None:
    ended(journal, name="one")
    ended(journal, name="two")
    journal.record(None, model_events.ContainerEngineDown("gone"))

    out = swarm("events", "2", "--raw")[1]

    assert "name=two" in out
    assert "name=one" not in out
    assert "engine down" not in out
    assert "container engine down reason=gone\n" in swarm("events", "--raw")[1]


def test_events_are_in_the_words_of_the_audit_screen(
    swarm: Swarm, journal: Journal
) -> None:
    ended(journal, 2)
    journal.record(None, model_events.ContainerEngineDown("gone"))

    out = swarm("events")[1]

    assert "#1   life   ◐ the agent is at work\n" in out
    assert "-    life   ✕ engine does not answer: gone\n" in out


def test_growth_is_noticed_and_silence_is_told(
    journal: Journal, paths: HomePaths
) -> None:
    queries = Queries(paths.database)
    seen = changes(queries, seconds=5.0)
    first = next(seen)
    threading.Timer(
        0.05, lambda: journal.record(None, model_events.ContainerEngineDown("x"))
    ).start()

    assert (first, next(seen), next(seen)) == (True, True, False)
    queries.close()
