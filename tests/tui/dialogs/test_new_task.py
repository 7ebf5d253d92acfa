"""The form of a new task: its budget."""

from collections.abc import Callable

import pytest
from textual.widgets import Button, Input

from tests.scenes import THREE_RUNNING, Scene, press, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_decisions import wishes

Recorded = Callable[[Scene], FakeBackend]


async def test_tokens_and_dollars_become_the_tasks_budget(recorded: Recorded) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            app.screen.query_one("#tokens", Input).value = "500k"
            app.screen.query_one("#dollars", Input).value = "2.50"
            await press(pilot, backend, "ctrl+s")

    [(verb, body)] = wishes(backend)
    assert verb == "new"
    assert (body["tokens"], body["dollars"]) == (500_000, 2.5)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("tokens", "many"),
        ("tokens", "-1"),
        ("dollars", "x"),
        ("dollars", "-1"),
        ("dollars", "inf"),
        ("dollars", "nan"),
        ("copies", "0"),
        ("after", "a"),
    ],
)
async def test_a_field_that_cannot_be_read_is_marked(
    recorded: Recorded, field: str, text: str
) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            app.screen.query_one(f"#{field}", Input).value = text
            await pilot.pause()
            wrong = [
                line.id
                for line in app.screen.query(Input)
                if "-invalid" in line.classes
            ]
            assert wrong == [field]
            assert app.screen.query_one("#start", Button).disabled
            await press(pilot, backend, "ctrl+s")

    assert wishes(backend) == []
