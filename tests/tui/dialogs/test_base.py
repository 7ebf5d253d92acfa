"""A dialog decides nothing before it was seen, and keeps its answers in view."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.app import App
from textual.widgets import Button

from swarm.model.standing import Standing
from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame
from swarm.tui.dialogs.confirm import Confirm
from tests.scenes import (
    ALL_STATES,
    CHECKPOINTS,
    IMAGE_BUILDING,
    LANDING_SCENE,
    MANY_DENIALS,
    OPTIONS,
    PORTS,
    QUESTIONS,
    REFUSED_LANDING,
    THREE_RUNNING,
    TOOLS_MISSING,
    WANTED,
    Scene,
    press,
    shown,
)
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]


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


LONG = "übermäßig lang 非常に長い名前 " * 12
"""Words of all widths, longer than any dialog is wide."""
NAMES = (*(f"{LONG[:30]}{number}" for number in range(30)), "command")
STANDS = {
    name: Standing(
        name,
        key=LONG,
        image_problem=LONG,
        network=LONG,
        tools=LONG,
        services=LONG,
        covers=LONG,
        setup=LONG,
        modes=("full",),
        builds=("agents/claude",),
    )
    for name in NAMES
}
LONG_FORM = replace(OPTIONS, agents=lambda: NAMES, standings=lambda: STANDS)
DIALOGS: dict[str, tuple[Scene, tuple[str, ...]]] = {
    "new task": (THREE_RUNNING, ("n", f"paste:{LONG}")),
    "merge": (LANDING_SCENE, ("r", "keeper", "M")),
    "refused merge": (REFUSED_LANDING, ("r", "keeper", "M")),
    "card": (WANTED, ("exclamation_mark",)),
    "list": (MANY_DENIALS, ("exclamation_mark", "x")),
    "many marked": (ALL_STATES, ("X", "D")),
    "question": (QUESTIONS, ("exclamation_mark", "right_square_bracket")),
    "build": (IMAGE_BUILDING, ("B",)),
    "tools": (TOOLS_MISSING, ("T",)),
    "ports": (PORTS, ("o",)),
    "checkpoints": (CHECKPOINTS, ("z",)),
    "help": (ALL_STATES, ("question_mark",)),
}


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)], ids=str)
@pytest.mark.parametrize("name", DIALOGS)
async def test_what_answers_a_dialog_is_in_view_however_much_it_says(
    recorded: Recorded, name: str, size: tuple[int, int]
) -> None:
    """The frame is on the screen, and all that stands in it but for what scrolls."""
    scene, keys = DIALOGS[name]
    backend = recorded(scene)
    with shown(backend, LONG_FORM) as app:
        async with app.run_test(size=size) as pilot:
            await press(pilot, backend, *keys)
            frame = app.screen.query_one(DialogFrame)
            assert app.screen.region.contains_region(frame.region)
            parts = [*frame.children, *frame.query(Button)]
            for part in parts:
                is_shown = part.display and part.region.area
                inside = frame.content_region.contains_region(part.region)
                assert inside or not is_shown, (part, part.region, frame.region)
            for button in frame.query(Button):
                assert button.region.area or not button.display, button
            for body in frame.query(DialogBody):
                assert body.region.height >= 2, body.region


async def test_what_is_out_of_view_is_reached_by_keys(recorded: Recorded) -> None:
    """Also from a field, and back; the buttons stay."""
    backend = recorded(THREE_RUNNING)
    with shown(backend, LONG_FORM) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, backend, "n", "type:go")
            body = app.screen.query_one(DialogBody)
            assert body.scroll_offset.y == 0
            for _ in range(20):
                await pilot.press("pagedown")
            assert body.scroll_offset.y == body.max_scroll_y > 0
            for _ in range(20):
                await pilot.press("pageup")
            assert body.scroll_offset.y == 0
