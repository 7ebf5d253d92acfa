"""Frames are drawn where a test looks, and whatever fails in one fails the test."""

import pytest
from textual.app import App
from textual.widgets import Static

from tests.scenes import settled
from tests.tui.unseen_frames import draw_changes


class Counted(Static):
    """Counts how often it was drawn."""

    drawn = 0
    fails = False

    def render(self) -> str:
        """The number of this frame; ZeroDivisionError where it fails."""
        self.drawn += 1
        if self.fails:
            raise ZeroDivisionError
        return str(self.drawn)


async def test_changes_between_two_looks_are_one_frame() -> None:
    """As many as there are; a look at what has not changed draws nothing."""
    app: App[None] = App()
    async with app.run_test() as pilot:
        widget = Counted()
        await app.mount(widget)
        await settled(pilot)
        before = widget.drawn
        for _ in range(5):
            widget.refresh()
            await pilot.pause(0.1)
        assert widget.drawn == before
        await settled(pilot)
        assert widget.drawn == before + 1
        draw_changes(app)
        assert widget.drawn == before + 1


async def test_a_picture_has_what_was_not_drawn_before() -> None:
    """`export_screenshot` draws the whole screen."""
    app: App[None] = App()
    async with app.run_test() as pilot:
        await app.mount(Static("words that nobody has looked at", markup=False))
        await pilot.pause(0.1)
        assert "nobody" in app.export_screenshot()


async def test_what_cannot_be_drawn_fails_the_test_that_looks() -> None:
    """With the widget's own error."""
    app: App[None] = App()
    async with app.run_test() as pilot:
        widget = Counted()
        await app.mount(widget)
        await settled(pilot)
        widget.fails = True
        widget.refresh()
        await pilot.pause(0.1)
        with pytest.raises(ZeroDivisionError):
            draw_changes(app)
        widget.fails = False
