"""Draws the dashboard's frames where a test looks, and no others.

Textual draws each frame of an app without a terminal, too, and throws it away: over a
third of the processor's time of a test.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.app import App
from textual.screen import Screen

_draw = Compositor.render_update


def leave_undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let changes of a screen wait until `draw_changes`, or a picture of the whole."""
    monkeypatch.setattr(Compositor, "render_update", _draw_whole)


def draw_changes(app: App[Any]) -> None:
    """Draw what has changed since; what a widget raises in it ends the test.

    Drawing takes the screens below from their list: a test that draws more finds them
    there again.
    """
    _draw(app.screen._compositor, screen_stack=app._background_screens)
    visible_screen_stack.set(app._background_screens)


def _draw_whole(
    compositor: Compositor,
    full: bool = False,
    screen_stack: Sequence[Screen[Any]] | None = None,
    simplify: bool = False,
) -> RenderableType | None:
    if full:
        return _draw(compositor, full, list(screen_stack or ()), simplify)
    visible_screen_stack.set(list(screen_stack or ()))
    return None
