"""What the scenes look like, at two sizes and in every kind of terminal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.scenes import (
    ALL_STATES,
    BUDGET,
    CHECKPOINTS,
    DENIALS,
    EMPTY,
    FAILED_LAUNCH,
    HOSTILE,
    MANY_DENIALS,
    MEASURED,
    NO_ENGINE,
    OBSERVED,
    OPTIONS,
    REVIEW_WITH_FLAGS,
    THREE_RUNNING,
    TWENTY,
    Scene,
    press,
    shown,
)
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]

SHOTS: dict[str, tuple[Scene, tuple[str, ...]]] = {
    "dashboard": (ALL_STATES, ()),
    "twenty": (TWENTY, ()),
    "empty": (EMPTY, ()),
    "no-engine": (NO_ENGINE, ()),
    "new-task": (THREE_RUNNING, ("n",)),
    "failed-launch": (FAILED_LAUNCH, ()),
    "review": (REVIEW_WITH_FLAGS, ("r", "keeper")),
    "merge": (REVIEW_WITH_FLAGS, ("r", "keeper", "M")),
    "denied": (DENIALS, ("w",)),
    "denied-card": (DENIALS, ("exclamation_mark",)),
    "denied-list": (MANY_DENIALS, ("exclamation_mark", "x", "j", *"njtkkk")),
    "policy": (DENIALS, ("j", "P")),
    "budget": (BUDGET, ()),
    "net-tab": (DENIALS, ("j", "right_square_bracket", "right_square_bracket")),
    "files-tab": (OBSERVED, ("right_square_bracket",) * 3),
    "audit": (OBSERVED, ("A",)),
    "measured": (MEASURED, ("j",)),
    "info-tab": (MEASURED, ("j", "left_square_bracket")),
    "info-tab-ended": (MEASURED, ("left_square_bracket",)),
    "go-back": (CHECKPOINTS, ("z",)),
    "help": (ALL_STATES, ("question_mark",)),
    "hostile": (HOSTILE, ()),
}


async def still(pilot: Pilot[None]) -> None:
    """Let the last look be drawn, and no cursor blink."""
    for area in pilot.app.screen.query(TextArea):
        area.cursor_blink = False
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    await pilot.pause(0.3)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
@pytest.mark.parametrize("shot", SHOTS)
def test_a_scene(
    recorded: Recorded, snap_compare: Any, shot: str, size: tuple[int, int]
) -> None:
    """As it was last looked at and found good."""
    scene, keys = SHOTS[shot]
    world = recorded(scene)

    async def lead(pilot: Pilot[None]) -> None:
        await press(pilot, world, *keys)
        await still(pilot)

    with shown(world) as app:
        assert snap_compare(app, terminal_size=size, run_before=lead)


@pytest.mark.parametrize("kind", ["ascii", "light", "ansi", "no-color"])
def test_another_terminal(
    recorded: Recorded, snap_compare: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The same fleet where glyphs, colours or darkness are missing."""
    if kind == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    options = {
        "ascii": replace(OPTIONS, ascii=True),
        "light": replace(OPTIONS, theme="swarm-light"),
        "ansi": replace(OPTIONS, theme="ansi-dark"),
    }.get(kind, OPTIONS)
    world = recorded(ALL_STATES)

    async def lead(pilot: Pilot[None]) -> None:
        await press(pilot, world)
        await still(pilot)

    with shown(world, options) as app:
        assert snap_compare(app, terminal_size=(120, 36), run_before=lead)
