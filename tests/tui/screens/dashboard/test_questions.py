"""Questions of agents on the screen: card, order, answers, and other front ends."""

from dataclasses import replace

import pytest
from textual.widgets import Input

from swarm.model import events
from swarm.store.journal import Journal
from swarm.tui.dialogs.denial_card import DenialCard
from swarm.tui.dialogs.question_card import QuestionCard
from tests.scenes import (
    DENIALS,
    QUESTIONS,
    SceneTask,
    press,
    settled,
    shown,
    until,
)
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_decisions import Recorded, wishes
from tests.tui.screens.dashboard.test_screen import dashboard, said

BOTH = replace(DENIALS, tasks=(*DENIALS.tasks, *QUESTIONS.tasks))
"""Denied requests of tasks 1 and 2, and questions of tasks 3 to 6."""

LATER = "escape", "exclamation_mark"
"""Puts a question off, and opens the next card."""


def record(backend: FakeBackend, task: int, *happened: events.Event) -> None:
    journal = Journal(backend.database)
    journal.record(task, *happened)
    journal.close()


def title(card: object) -> str:
    assert isinstance(card, QuestionCard)
    return card._question.title


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("a",), {"answer": "once", "text": ""}),
        (("A",), {"answer": "always", "text": ""}),
        (
            ("x", "type:use pnpm", "enter"),
            {"answer": "reject", "text": "use pnpm"},
        ),
    ],
)
async def test_a_key_on_the_card_is_a_wish(
    recorded: Recorded, keys: tuple[str, ...], answer: dict[str, str]
) -> None:
    """About exactly the question that the card showed."""
    backend = recorded(QUESTIONS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", *keys)

    assert wishes(backend) == [("answer", {"task": 1, "question_id": "1", **answer})]


async def test_the_selected_task_is_asked_first(recorded: Recorded) -> None:
    """Then the others, the oldest question first; each once until all were seen."""
    backend = recorded(QUESTIONS)
    seen = []
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "exclamation_mark")
            for _ in range(5):
                seen.append(title(app.screen))
                await press(pilot, backend, *LATER)
            assert title(app.screen) == seen[0]

    assert seen == [
        "Which version of OpenAPI do you want?",
        "rm -rf build",
        "What is the name of the staging database?",
        "npm install argon2",
        "Update src/auth/hash.ts",
    ]


async def test_a_key_of_the_card_shows_the_next(recorded: Recorded) -> None:
    """It is put off until the others were seen."""
    backend = recorded(QUESTIONS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "right_square_bracket")
            assert title(app.screen) == "Update src/auth/hash.ts"


async def test_what_is_typed_is_text(recorded: Recorded) -> None:
    """The card's key opens nothing while a line is being written."""
    backend = recorded(QUESTIONS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "slash", "type:!a!")
            assert app.screen is dashboard(app)
            assert app.screen.query_one("#filter Input", Input).value == "!a!"
    assert wishes(backend) == []


async def test_a_question_that_comes_steals_no_key(recorded: Recorded) -> None:
    """It is a row and a toast; a card opens by the human's key alone."""
    backend = recorded(replace(QUESTIONS, tasks=QUESTIONS.tasks[1:2]))
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "slash", "type:do")
            record(backend, 1, QUESTIONS.tasks[0].events[-1])
            await press(pilot, backend, "type:cs")
            assert app.screen.query_one("#filter Input", Input).value == "docs"


async def test_denied_requests_and_questions_stand_in_one_line(
    recorded: Recorded,
) -> None:
    """Questions first, for their agents stand still; put off, they come last."""
    backend = recorded(BOTH)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark")
            for _ in range(5):
                assert isinstance(app.screen, QuestionCard)
                await press(pilot, backend, *LATER)
            assert isinstance(app.screen, DenialCard)
            await press(pilot, backend, "escape", "exclamation_mark", "escape")
            await press(pilot, backend, "exclamation_mark")
            assert isinstance(app.screen, QuestionCard)


async def test_two_front_ends_answer_once(recorded: Recorded) -> None:
    """The other card closes in words as soon as the first answer is stored."""
    backend = recorded(QUESTIONS)
    other = FakeBackend(backend.database)
    with shown(backend) as app, shown(other) as second:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark")
            async with second.run_test(size=(80, 24)) as also:
                await press(also, other, "exclamation_mark", "a")
                assert isinstance(app.screen, QuestionCard)
                record(backend, 1, events.QuestionAnswered("1", "once"))
                await until(pilot, lambda: app.screen is dashboard(app))
                words = "the question of auth-refactor (#1): it was answered elsewhere"
                assert said(app) == f"{words}: once"

    assert [verb for verb, _ in wishes(backend)] == ["answer"]


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (
            events.QuestionAnswered("1", "once", by="pane"),
            "it was answered in its terminal: once",
        ),
        (
            events.QuestionAnswered("1", by="gone"),
            "it is gone: its agent does not wait for an answer any more",
        ),
        (events.TaskStopped(1, "killed by you"), "it is gone: its agent has ended"),
    ],
)
async def test_a_question_that_is_gone_closes_its_card(
    recorded: Recorded, happened: events.Event, words: str
) -> None:
    """And a late key answers nothing."""
    backend = recorded(QUESTIONS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark")
            record(backend, 1, happened)
            await until(pilot, lambda: app.screen is dashboard(app))
            assert said(app) == f"the question of auth-refactor (#1): {words}"
            await press(pilot, backend, "a")

    assert wishes(backend) == []


async def test_a_refused_answer_leaves_the_question_open(recorded: Recorded) -> None:
    """The human can answer it again, or see that it is gone."""
    backend = recorded(QUESTIONS)
    backend.refusals["answer"] = ("its terminal was faster", "")
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "a")
            await press(pilot, backend, "exclamation_mark")
            assert title(app.screen) == "Update src/auth/hash.ts"
            await press(pilot, backend, "escape", "keeper", "exclamation_mark")
            assert title(app.screen) == "npm install argon2"


async def test_its_terminal_is_one_key_away(recorded: Recorded) -> None:
    """Where no answer can be given by id, the human goes there."""
    backend = recorded(QUESTIONS)
    backend.panes.texts["task-4"] = "rm -rf build?"
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "j", "j", "exclamation_mark")
            assert title(app.screen) == "rm -rf build"
            await press(pilot, backend, "a", "t")
            await settled(pilot)

    assert wishes(backend) == []


async def test_without_a_question_nothing_opens(recorded: Recorded) -> None:
    """And the line says so."""
    quiet = replace(QUESTIONS, tasks=(SceneTask("a", 5),))
    backend = recorded(quiet)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark")
            assert said(app) == "nothing waits for your decision"
