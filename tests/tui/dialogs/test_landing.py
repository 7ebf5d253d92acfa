"""The whole list is read by keys, however small the terminal is."""

from collections.abc import Callable

from textual.containers import VerticalScroll
from textual.widgets import Static

from swarm.tui.dialogs.landing import LandingDialog
from swarm.tui.screens.review import ReviewScreen
from tests.scenes import REFUSED_LANDING, Scene, press, shown
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]


async def test_the_list_opens_scrolls_and_closes(recorded: Recorded) -> None:
    """With refusals first."""
    backend = recorded(REFUSED_LANDING)
    with shown(backend) as app:
        async with app.run_test(size=(70, 16)) as pilot:
            await press(pilot, backend, "r", "keeper", "L")
            assert isinstance(app.screen, LandingDialog)
            lines = app.screen.query(Static).results(Static)
            texts = [str(line.render()) for line in lines]
            assert texts[0].startswith("Refused")
            assert any("your hook pre-commit" in text for text in texts)
            view = app.screen.query_one(VerticalScroll)
            await press(pilot, backend, "j", "j")
            assert view.scroll_offset.y == 2
            await press(pilot, backend, "pagedown", "k", "escape")

            assert isinstance(app.screen, ReviewScreen)


async def test_there_is_nothing_to_open_before_the_answer(recorded: Recorded) -> None:
    """The key says so."""
    backend = recorded(REFUSED_LANDING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "r", "late", "keeper", "late", "L")
            screen = app.screen
            assert isinstance(screen, ReviewScreen)

            assert screen.disabled_reason("landing") == "it is not computed yet"
            head = screen.query_one("#review-landing", Static)
            assert "asking your git" in str(head.render())
