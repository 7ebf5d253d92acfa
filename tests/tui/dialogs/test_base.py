"""A dialog decides nothing before it was seen."""

from textual.app import App

from swarm.tui.dialogs.base import Dialog
from swarm.tui.dialogs.confirm import Confirm


async def test_a_dialog_is_armed_from_its_first_paint_and_not_from_its_making() -> None:
    """The first dialog loads code and styles, in which keys may be typed."""
    assert Dialog.arm_seconds == 0
    question = Confirm("Kill", ["Kill all?"], "Kill")
    assert not question.armed

    app: App[None] = App()
    async with app.run_test() as pilot:
        app.push_screen(question)
        await pilot.pause()
        assert question.armed
