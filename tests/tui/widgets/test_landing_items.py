"""The list in a form: what a human marks is what is acknowledged."""

from textual.app import App, ComposeResult

from swarm.model.landing import LandingList
from swarm.tui.widgets.landing_items import LandingBox, LandingItems
from tests.scenes import LANDING


class Form(App[None]):
    """Nothing but the list."""

    def compose(self) -> ComposeResult:
        """The list."""
        yield LandingItems()

    @property
    def items(self) -> LandingItems:
        return self.query_one(LandingItems)


async def test_only_what_is_marked_is_acknowledged() -> None:
    """And what the list has no more is forgotten with it."""
    async with Form().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Form)
        app.items.show(LANDING)
        await pilot.pause()
        assert (app.items.unmarked, app.items.marked_keys) == (2, ())
        app.query(LandingBox).first().value = True
        assert (app.items.unmarked, app.items.marked_keys) == (1, ("hook:pre-commit",))

        app.items.show(LandingList("main", "squash", "1" * 40, "1" * 40))
        await pilot.pause()
        assert (app.items.unmarked, app.items.marked_keys) == (0, ())


async def test_a_mark_that_was_taken_back_does_not_return() -> None:
    """The next list asks again."""
    async with Form().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Form)
        for value in (True, False):
            app.items.show(LANDING)
            await pilot.pause()
            app.query(LandingBox).first().value = value
            app.items.show_progress()
            await pilot.pause()
            assert not app.query(LandingBox)
        app.items.show(LANDING)
        await pilot.pause()

        assert app.items.marked_keys == ()
