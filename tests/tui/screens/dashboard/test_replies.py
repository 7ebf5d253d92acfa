"""A text for an agent: where it goes, and whether it arrived."""

from dataclasses import replace

import pytest
from textual.widgets import Label

from swarm.model import events
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from tests.scenes import NIGHT, NOW, answer, press, settled, shown, until
from tests.tui.screens.dashboard.test_decisions import Recorded, wishes
from tests.tui.screens.dashboard.test_questions import record
from tests.tui.screens.dashboard.test_screen import dashboard, said

WORKING = replace(NIGHT, tasks=NIGHT.tasks[-1:])
READY = AgentStatus(
    AgentState.READY, NOW, Evidence(Source.CHANNEL, "turn-ended", "", NOW)
)


async def test_the_bar_says_where_the_text_goes(recorded: Recorded) -> None:
    """And says it anew when its agent becomes ready, without losing a letter."""
    backend = recorded(WORKING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "space", "type:go")
            label = dashboard(app).query_one("#reply Label", Label)
            assert "at work: typed when it is ready" in str(label.render())
            record(backend, 1, events.AgentStateChanged.of(READY))
            await until(pilot, lambda: "it is ready" in str(label.render()))
            await press(pilot, backend, "type: on", "enter")

    assert wishes(backend) == [("send", {"task": 1, "text": "go on"})]


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (
            events.FollowUpSettled(1, "paste"),
            "your text for i18n-pass (#1) arrived in its terminal",
        ),
        (
            events.FollowUpSettled(1, failure="its agent ended before"),
            "your text for i18n-pass (#1) was not delivered: its agent ended before",
        ),
    ],
)
@pytest.mark.parametrize("is_fast", [False, True])
async def test_what_became_of_it_is_told(
    recorded: Recorded, happened: events.Event, words: str, is_fast: bool
) -> None:
    """Queued first, or settled before the wish is seen to be done."""
    backend = recorded(WORKING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "space", "type:go", "enter")
            record(backend, 1, events.FollowUpQueued(1, "go"))
            if not is_fast:
                answer(backend)
                waits = "your text waits until i18n-pass (#1) is ready"
                await until(pilot, lambda: said(app) == waits)
            record(backend, 1, happened)
            await settled(pilot)
            answer(backend)
            await until(pilot, lambda: said(app) == words)


async def test_a_text_that_is_pasted_at_once_is_told(recorded: Recorded) -> None:
    """Without a line to wait in."""
    backend = recorded(WORKING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "space", "type:go", "enter")
            answer(backend)
            await until(
                pilot,
                lambda: (
                    said(app)
                    == "your text was typed into the terminal of i18n-pass (#1)"
                ),
            )
