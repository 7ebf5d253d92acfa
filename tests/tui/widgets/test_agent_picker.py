"""Agents are chosen by keys or by the mouse, and a choice stays."""

from textual.app import App, ComposeResult

from swarm.model.standing import Standing
from swarm.tui.widgets.agent_picker import AgentPicker

NAMES = ("a", "b", "c")


class Window(App[None]):
    """The list alone."""

    def __init__(self, *chosen: str) -> None:
        super().__init__()
        self.picker = AgentPicker(NAMES, chosen)

    def compose(self) -> ComposeResult:
        yield self.picker


async def test_space_adds_and_enter_takes_alone() -> None:
    app = Window("a")
    async with app.run_test() as pilot:
        app.picker.focus()
        await pilot.press("j", "space", "j", "space")
        assert " ".join(app.picker.chosen) == "a b c"
        await pilot.press("k", "space")
        assert " ".join(app.picker.chosen) == "a c"
        await pilot.press("enter")
        assert " ".join(app.picker.chosen) == "b"
        await pilot.click(AgentPicker, offset=(2, 2))
        assert " ".join(app.picker.chosen) == "b c"


async def test_an_untouched_choice_moves_to_the_marked_one() -> None:
    app = Window("a")
    async with app.run_test():
        app.picker.show_standings(("b", "a", "c"), {"b": Standing("b")}, "c")
        assert (app.picker.chosen, app.picker.pointed) == (("c",), "c")


async def test_a_humans_choice_and_cursor_stay() -> None:
    app = Window("a")
    async with app.run_test() as pilot:
        app.picker.focus()
        await pilot.press("j", "enter")
        app.picker.show_standings(("c", "b", "a"), {}, "c")
        assert (app.picker.chosen, app.picker.pointed) == (("b",), "b")
