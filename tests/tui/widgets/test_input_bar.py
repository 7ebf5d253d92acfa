from textual.app import App, ComposeResult
from textual.widgets import Input

from swarm.tui.widgets.input_bar import InputBar


class Bars(App[None]):
    """One bar, which may be opened before it has its line."""

    def __init__(self, opens_at_once: bool) -> None:
        super().__init__()
        self.opens_at_once = opens_at_once
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield InputBar(id="bar", placeholder="a word")

    def on_mount(self) -> None:
        if self.opens_at_once:
            self.bar.open("name", "be")

    @property
    def bar(self) -> InputBar:
        return self.query_one(InputBar)

    def on_input_bar_changed(self, message: InputBar.Changed) -> None:
        self.told.append(f"changed {message.text}")

    def on_input_bar_submitted(self, message: InputBar.Submitted) -> None:
        self.told.append(f"submitted {message.text}")

    def on_input_bar_closed(self, message: InputBar.Closed) -> None:
        self.told.append(f"closed {message.text}")


async def test_a_bar_opened_before_it_has_its_line_opens_when_it_has() -> None:
    async with Bars(opens_at_once=True).run_test() as pilot:
        await pilot.pause()
        await pilot.press("e", "enter")

        app = pilot.app
        assert isinstance(app, Bars)
        assert app.told == ["changed be", "changed e", "submitted e"]


async def test_escape_forgets_the_text_and_tells_no_change() -> None:
    async with Bars(opens_at_once=False).run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Bars)
        await pilot.pause()
        app.bar.open("name")
        await pilot.pause()
        await pilot.press("x", "escape")
        await pilot.pause()

        assert app.told == ["changed x", "closed "]
        assert not app.bar.has_class("-open")
        assert app.bar.query_one(Input).value == ""


async def test_a_closed_bar_is_drawn_without_its_line_first() -> None:
    async with Bars(opens_at_once=False).run_test() as pilot:
        bar = InputBar(id="second", placeholder="")
        await pilot.app.mount(bar)

        assert not bar.children

        await pilot.pause()
        assert bar.query(Input)
