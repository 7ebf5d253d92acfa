"""The form of new tasks, opened by its key."""

from collections.abc import Callable

from textual.widgets import TextArea

from tests.scenes import (
    EMPTY,
    REPO,
    THREE_RUNNING,
    Scene,
    press,
    shown,
)
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_screen import asked, said

Recorded = Callable[[Scene], FakeBackend]


async def test_a_new_task_is_one_wish(recorded: Recorded) -> None:
    """The prompt has the focus; Ctrl+S starts."""
    backend = recorded(EMPTY)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "n", "type:do it", "ctrl+s")

    (wish,) = asked(backend)
    assert wish.verb == "new"
    assert wish.body == {
        "repo": REPO,
        "prompt": "do it",
        "command": "",
        "agent": "claude-code",
        "agents": [],
        "way": "",
        "mode": "",
        "resume_after_limit": "",
        "name": "",
        "base": "",
        "copies": 1,
        "after": [],
        "offline": False,
        "build": False,
        "own_image": "",
    }


async def test_an_empty_prompt_starts_nothing(recorded: Recorded) -> None:
    """The dialog stays and says what is missing."""
    backend = recorded(EMPTY)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "n", "ctrl+s")

            assert len(app.screen_stack) == 2
    assert asked(backend) == []


async def test_what_was_typed_survives_a_refusal(recorded: Recorded) -> None:
    """The keeper may say no; the prompt is kept until it says yes."""
    backend = recorded(EMPTY)
    backend.refusals["new"] = ("there is no base", "")
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "n", "type:do it", "ctrl+s", "keeper", "n")
            assert app.screen.query_one("#prompt", TextArea).text == "do it"
            backend.refusals.clear()
            await press(pilot, backend, "ctrl+s", "keeper", "n")

            assert app.screen.query_one("#prompt", TextArea).text == ""


async def test_without_a_repository_no_task_is_added(recorded: Recorded) -> None:
    """All repositories can be watched, but a task needs one."""
    backend = recorded(THREE_RUNNING)
    with shown(backend, repo=None) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "n")

            assert said(app) == "start swarm inside a repository to add tasks"
