"""The way back to a checkpoint: one key shows them, one more goes there."""

from collections.abc import Callable

import pytest

from swarm.tui.dialogs.checkpoints import CheckpointsDialog
from tests.scenes import CHECKPOINTS, THREE_RUNNING, Scene, press, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_decisions import wishes

Recorded = Callable[[Scene], FakeBackend]


@pytest.mark.parametrize(
    ("keys", "wish"),
    [
        (("z", "enter"), ("go_back", {"task": 1, "number": 4})),
        (("z", "j", "enter"), ("go_back", {"task": 1, "number": 3})),
        (("z", "G", "enter"), ("go_back", {"task": 1, "number": 0})),
        (("z", "t"), ("checkpoint", {"task": 1})),
    ],
)
async def test_the_chosen_one_is_asked_for(
    recorded: Recorded,
    monkeypatch: pytest.MonkeyPatch,
    keys: tuple[str, ...],
    wish: tuple[str, dict[str, int]],
) -> None:
    """The newest first, where it began last; `t` keeps what is there now."""
    monkeypatch.setattr(CheckpointsDialog, "arm_seconds", 0.0)
    backend = recorded(CHECKPOINTS)
    with shown(backend) as app:
        async with app.run_test(size=(100, 30)) as pilot:
            await press(pilot, backend, *keys)

    assert wishes(backend) == [wish]


async def test_esc_changes_nothing(recorded: Recorded) -> None:
    backend = recorded(CHECKPOINTS)
    with shown(backend) as app:
        async with app.run_test(size=(100, 30)) as pilot:
            await press(pilot, backend, "z", "escape")

    assert wishes(backend) == []


async def test_a_key_meant_for_the_screen_below_decides_nothing(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CheckpointsDialog, "arm_seconds", 60.0)
    backend = recorded(CHECKPOINTS)
    with shown(backend) as app:
        async with app.run_test(size=(100, 30)) as pilot:
            await press(pilot, backend, "z", "enter", "t")

    assert wishes(backend) == []


async def test_without_a_checkpoint_it_is_said_when_there_will_be_one(
    recorded: Recorded,
) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 30)) as pilot:
            await press(pilot, backend, "z")
            words = str(app.screen.query_one("#go-back-words").render())

    assert "None was taken yet" in words
