"""A key acts on all marked tasks and asks once; `u` undoes what can be undone."""

from collections.abc import Callable

import pytest
from textual.widgets import Static

from swarm.errors import SwarmError
from swarm.model import events
from swarm.store.audit_queries import AuditQueries
from swarm.store.event_queries import EventQueries
from swarm.store.journal import Journal
from swarm.store.task_queries import TaskQueries
from swarm.store.wish_queries import WishQueries
from swarm.tui.app import SwarmApp
from swarm.tui.screens.dashboard.overview import Overview
from tests.scenes import ALL_STATES, THREE_RUNNING, Scene, press, settled, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_screen import asked, dashboard, said

Recorded = Callable[[Scene], FakeBackend]


def wishes(backend: FakeBackend) -> list[tuple[str, object]]:
    return [
        (wish.verb, wish.body.get("task", wish.body.get("tasks")))
        for wish in asked(backend)
    ]


def select(app: SwarmApp, *tasks: int) -> None:
    """Mark these tasks."""
    for task in tasks:
        dashboard(app).overview.task_list.select(task)
        dashboard(app).action_act("mark")


def edge(app: SwarmApp) -> str:
    return str(dashboard(app).overview.task_list.border_subtitle)


def question(app: SwarmApp) -> str:
    return str(app.screen.query_one("VerticalScroll Static", Static).render())


EACH_KEY: tuple[tuple[tuple[str, ...], tuple[int, ...], list[tuple[str, object]]], ...]
EACH_KEY = (
    (("s", "y"), (1, 2, 9), [("stop", 1), ("stop", 2)]),
    (("K", "y"), (1, 3, 13), [("kill", 1), ("kill", 3)]),
    (("p",), (1, 2, 3), [("pause", 1), ("pause", 2)]),
    (("p",), (3, 4), [("resume", 3)]),
    (("C",), (1, 4), [("cut", 1)]),
    (("f", "y"), (4, 13), [("retry", 4), ("retry", 13)]),
    (("D", "y"), (1, 4, 5, 12), [("discard", 4), ("discard", 5), ("discard", 12)]),
    (("u",), (4, 14), [("restore", 14)]),
    (("d", "y"), (1, 9, 13, 14), [("rm_later", [9, 13, 14])]),
)
"""Keys, the tasks that are marked, and the wishes for those that they fit."""


async def test_a_key_acts_on_what_it_fits_among_the_marked(recorded: Recorded) -> None:
    backend, before = recorded(ALL_STATES), 0
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            for keys, marked, expected in EACH_KEY:
                select(app, *marked)
                await press(pilot, backend, *keys)
                made = wishes(backend)
                assert (keys, made[before:]) == (keys, expected)
                before = len(made)
                assert dashboard(app).bulk.marks == frozenset()


async def test_marks_are_counted_survive_a_filter_and_go_with_their_task(
    recorded: Recorded,
) -> None:
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            select(app, 13, 14, 4)
            assert edge(app) == "3 marked, Esc unmarks"

            await press(pilot, backend, "slash", "type:rate", "enter")
            assert edge(app).startswith("3 marked, 2 not shown, Esc unmarks · /rate")
            assert dashboard(app).bulk.marks == {4, 13, 14}

            journal = Journal(backend.database)
            journal.record(13, events.TaskRemoved())
            journal.record(4, events.TaskRejected("by you"))
            journal.close()
            await press(pilot, backend, "ctrl+r")
            assert dashboard(app).bulk.marks == {4, 14}

            await press(pilot, backend, "escape")
            assert dashboard(app).bulk.marks == frozenset()
            assert dashboard(app).overview.filter == "rate"
            await press(pilot, backend, "X")
            assert dashboard(app).bulk.marks == {4, 5, 7}
            await press(pilot, backend, "escape", "escape")
            assert dashboard(app).overview.filter == ""


async def test_the_key_marks_and_goes_on_to_the_next_task(recorded: Recorded) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "x", "x")
            assert dashboard(app).bulk.marks == {1, 2}
            await press(pilot, backend, "X")
            assert dashboard(app).bulk.marks == {1, 2, 3}
            await press(pilot, backend, "X")
            assert dashboard(app).bulk.marks == frozenset()


async def test_the_question_names_the_number_and_the_work(recorded: Recorded) -> None:
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            select(app, 1, 4, 5)
            await press(pilot, backend, "D")

            words = question(app)
            assert "Discard 2 tasks, 2 with work that is not merged?" in words
            assert "rate-limit/1 (#4): 6 files, +61 -9" in words
            assert "1 stays as it is: auth-refactor (#1) is live" in words
            await press(pilot, backend, "n")
            assert dashboard(app).bulk.marks == {1, 4, 5}
    assert wishes(backend) == []


async def test_a_key_that_fits_none_says_why(recorded: Recorded) -> None:
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            select(app, 4, 13)
            await press(pilot, backend, "s")

            assert said(app).startswith("2 tasks marked: rate-limit/1 (#4) is stopped")
    assert wishes(backend) == []


async def test_all_is_told_once(recorded: Recorded) -> None:
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            select(app, 4, 5)
            await press(pilot, backend, "D", "y", "keeper")
            assert said(app) == "2 tasks discarded; u takes that back"

            backend.refusals = {"pause": ("task is \x1b[2Jgone", "")}
            select(app, 1, 2)
            await press(pilot, backend, "p", "keeper")
            assert said(app).startswith("2 refused: task is \\x1b[2Jgone; task is")
            assert not list(app.screen.query("Toast"))


async def test_a_removal_waits_and_any_dashboard_can_take_it_back(
    recorded: Recorded,
) -> None:
    """It is stored, so it survives the view that asked for it."""
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            select(app, 13, 14)
            await press(pilot, backend, "d", "y")
            assert "2 tasks will be removed in 10 s; u keeps them" in said(app)
    again = FakeBackend(backend.database)
    with shown(again) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            assert "2 tasks go in" in edge(app)
            await press(pilot, again, "u")
    later, back = asked(again)
    assert (later.verb, back.verb, back.body) == (
        "rm_later",
        "take_back",
        {"wish": later.id},
    )


async def test_a_discard_of_many_is_undone_at_once(recorded: Recorded) -> None:
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            select(app, 4, 5)
            await press(pilot, backend, "D", "y", "keeper")
            journal = Journal(backend.database)
            for task in (4, 5):
                journal.record(task, events.TaskRejected("discarded by you"))
            journal.close()
            await press(pilot, backend, "ctrl+r", "u")
    assert wishes(backend) == [("restore", 4), ("restore", 5)]


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        (WishQueries, "open"),
        (TaskQueries, "all"),
        (EventQueries, "fleet"),
        (AuditQueries, "open_commands"),
    ],
)
async def test_a_database_that_stops_answering_ends_no_dashboard(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, kind: type, question: str
) -> None:
    backend = recorded(ALL_STATES)

    def fail(*_: object) -> None:
        raise SwarmError("the database does not answer\x1b[2J", "look at its disk")

    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            with monkeypatch.context() as context:
                context.setattr(kind, question, fail)
                await pilot.press("j", "k", "space", "ctrl+r")
                await settled(pilot)
                assert app.is_running
                if question != "open_commands":  # asked of an idle task alone
                    words = "does not answer\\x1b[2J; look at its disk"
                    assert words in said(app)
            await press(pilot, backend, "ctrl+r")
            assert said(app) == "read anew"


async def test_many_decisions_at_once_are_read_together(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key on a hundred marked tasks would read everything a hundred times."""
    backend, reads = recorded(ALL_STATES), list[None]()
    read = Overview.read

    def counted(overview: Overview) -> None:
        reads.append(None)
        read(overview)

    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            dashboard(app).action_act("mark_all")
            await press(pilot, backend, "K", "y")
            wanted = len(wishes(backend))
            monkeypatch.setattr(Overview, "read", counted)
            await press(pilot, backend, "keeper")

    assert wanted == 4
    assert len(reads) < wanted
