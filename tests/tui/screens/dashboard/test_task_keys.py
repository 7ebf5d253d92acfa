"""Keys that act on the task under the cursor."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from swarm.model import events
from swarm.store.journal import Journal
from swarm.tui.screens.review import ReviewScreen
from tests.scenes import (
    ALL_STATES,
    NIGHT,
    OPTIONS,
    REVIEW_WITH_FLAGS,
    THREE_RUNNING,
    Scene,
    press,
    settled,
    shown,
)
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_screen import asked, dashboard

Recorded = Callable[[Scene], FakeBackend]


@pytest.mark.parametrize(
    ("keys", "verb", "body"),
    [
        (("s",), "stop", {"task": 1}),
        (("p",), "pause", {"task": 1}),
        (
            ("f",),
            "retry",
            {"task": 1, "stacks": [], "packages": [], "build": False},
        ),
        (("K", "y"), "kill", {"task": 1}),
        (("space", "type:go", "enter"), "send", {"task": 1, "text": "go"}),
    ],
)
async def test_a_key_becomes_a_wish(
    recorded: Recorded, keys: tuple[str, ...], verb: str, body: dict[str, Any]
) -> None:
    """Nothing is done here; everything is asked for."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *keys)

    (wish,) = asked(backend)
    assert (wish.verb, wish.body) == (verb, body)


@pytest.mark.parametrize(
    ("task", "keys", "verb"),
    [
        (3, ("p",), "resume"),
        (7, ("D", "y"), "discard"),
        (9, ("d", "y"), "rm"),
        (14, ("u",), "restore"),
        (12, ("s",), "stop"),
    ],
)
async def test_a_key_fits_the_state(
    recorded: Recorded, task: int, keys: tuple[str, ...], verb: str
) -> None:
    """The same key means what makes sense for the selected task."""
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            dashboard(app).overview.task_list.select(task)
            await press(pilot, backend, *keys)

    (wish,) = asked(backend)
    assert (wish.verb, wish.body) == (verb, {"task": task})


@pytest.mark.parametrize("keys", [("K", "n"), ("K", "escape"), ("K", "enter")])
async def test_a_question_can_be_left(
    recorded: Recorded, keys: tuple[str, ...]
) -> None:
    """The safe answer has the focus."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *keys)

    assert asked(backend) == []


async def test_r_opens_the_review(recorded: Recorded) -> None:
    """With a snapshot asked for."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "r")

            assert isinstance(app.screen, ReviewScreen)
    assert [wish.verb for wish in asked(backend)] == ["snapshot"]


@pytest.mark.parametrize(("choice", "wanted"), [("yes", "no"), ("ask", "yes")])
async def test_a_key_says_if_a_task_goes_on_after_a_limit(
    recorded: Recorded, choice: str, wanted: str
) -> None:
    """What the config says counts until the human chose for the task."""
    backend = recorded(NIGHT)
    options = replace(OPTIONS, after_limit=lambda: choice)
    journal = Journal(backend.database)
    journal.record(4, events.ResumeAfterLimitSet(""))
    journal.close()
    with shown(backend, options) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            dashboard(app).overview.task_list.select(4)
            await press(pilot, backend, "L")

    (wish,) = asked(backend)
    assert (wish.verb, wish.body) == ("limits", {"task": 4, "choice": wanted})
