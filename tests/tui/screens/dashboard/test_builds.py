"""Images are built from the dashboard: for a new task, for a retry; and cancelled."""

from textual.widgets import Button, Static, TextArea

from swarm.errors import Cancelled
from swarm.model import events
from swarm.store.journal import Journal
from swarm.tui.dialogs.build import BuildDialog
from swarm.tui.widgets.agent_picker import AgentPicker
from tests.scenes import (
    IMAGE_BUILDING,
    IMAGE_FAILED,
    THREE_RUNNING,
    TOOLS_MISSING,
    press,
    shown,
    until,
)
from tests.tui.screens.dashboard.test_decisions import Recorded
from tests.tui.screens.dashboard.test_screen import asked, said


async def test_one_key_builds_what_a_new_task_lacks_and_starts_it(
    recorded: Recorded,
) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            assert not app.screen.query_one("#build", Button).display
            app.screen.query_one(AgentPicker).choose("codex")
            await until(pilot, lambda: app.screen.query_one("#build", Button).display)
            stands = str(app.screen.query_one("#stands", Static).render())
            assert "ctrl+b builds it, about 1 min, and starts then" in stands
            await press(pilot, backend, "ctrl+b")

            assert isinstance(app.screen, BuildDialog)
            (wish,) = asked(backend)
            assert (wish.verb, wish.body["build"]) == ("new", True)
            journal = Journal(backend.database)
            journal.answer(wish.id, result={"tasks": [1]})
            journal.close()
            await until(pilot, lambda: not isinstance(app.screen, BuildDialog))


async def test_a_build_that_fails_stays_in_view_and_one_cancelled_too(
    recorded: Recorded,
) -> None:
    """The refusal is told; what was typed is kept."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            app.screen.query_one(AgentPicker).choose("codex")
            await press(pilot, backend, "ctrl+b")
            (wish,) = asked(backend)
            journal = Journal(backend.database)
            failed = events.ImageBuildFailed("agents/codex", "no network", "go out")
            journal.record(None, events.ImageBuilding("agents/codex", 1), failed)
            journal.refuse(wish.id, Cancelled("no network"))
            journal.close()
            state = app.screen.query_one("#build-state", Static)
            await until(pilot, lambda: "no network" in str(state.render()))
            assert isinstance(app.screen, BuildDialog)
            await press(pilot, backend, "escape", "n")
            assert app.screen.query_one("#prompt", TextArea).text == "go"


async def test_a_retry_builds_its_image_first(recorded: Recorded) -> None:
    backend = recorded(TOOLS_MISSING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "T", "f")
            await until(pilot, lambda: isinstance(app.screen, BuildDialog))

    (wish,) = asked(backend)
    assert (wish.verb, wish.body["build"]) == ("retry", True)


async def test_it_goes_on_hidden_and_is_cancelled_by_a_key(recorded: Recorded) -> None:
    backend = recorded(IMAGE_BUILDING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "B", "escape")
            assert "agents/codex: being built; B shows it" in said(app)
            await press(pilot, backend, "B", "c")
            assert not isinstance(app.screen, BuildDialog)

    (wish,) = asked(backend)
    assert (wish.verb, wish.body) == ("cancel_build", {"image": "agents/codex"})


async def test_what_failed_is_there_to_be_read(recorded: Recorded) -> None:
    backend = recorded(IMAGE_FAILED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "B", "c")
            assert isinstance(app.screen, BuildDialog)
            state = str(app.screen.query_one("#build-state", Static).render())
            assert "could not fetch" in state
            assert "swarm doctor" in state
    assert asked(backend) == []


async def test_without_a_build_there_is_nothing_to_show(recorded: Recorded) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "B")
            assert "no image is being built" in said(app)
            journal = Journal(backend.database)
            journal.record(None, events.ImageBuilding("base", 1))
            journal.close()
            await pilot.pause(0.5)
            await press(pilot, backend, "B")
            assert isinstance(app.screen, BuildDialog)
