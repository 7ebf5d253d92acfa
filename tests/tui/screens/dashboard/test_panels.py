"""One of the three panels fills the screen."""

from collections.abc import Callable

import pytest

from tests.scenes import (
    THREE_RUNNING,
    Scene,
    press,
    shown,
)
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]


@pytest.mark.parametrize(
    ("keys", "shown_panel"),
    [(("plus",), "-zoom-1"), (("2", "plus"), "-zoom-2"), (("3", "plus"), "-zoom-3")],
)
async def test_plus_enlarges_the_panel_with_the_focus(
    recorded: Recorded, keys: tuple[str, ...], shown_panel: str
) -> None:
    """`_` and Esc bring all back."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *keys)
            assert app.screen.has_class(shown_panel)
            await press(pilot, backend, "underscore")

            assert not app.screen.has_class("-zoomed")
