"""The dialog shows all that is agreed to; its words stay words."""

from dataclasses import replace

from textual.app import App
from textual.widgets import Static

from swarm.tui.backend import ToolsChange
from swarm.tui.dialogs.add_tools import AddTools

CHANGE = ToolsChange(
    ("node\x1b[2J",), ("node",), (), ("+a\x1b[2J", "-b"), False, "no\x1b image",
    lambda: None,
)  # fmt: skip


async def _words(change: ToolsChange) -> str:
    dialog = AddTools("#3 [b]x[/b]", change)
    async with App[None]().run_test(size=(80, 24)) as pilot:
        pilot.app.push_screen(dialog)
        await pilot.pause()
        return str(dialog.query_one("#tools-words", Static).render())


async def test_hostile_words_stay_words() -> None:
    words = await _words(CHANGE)

    assert "no\\x1b image" in words
    assert "#3 [b]x[/b] has it" in words
    assert "all of it is shown" in words


async def test_what_was_agreed_to_is_not_told() -> None:
    assert "nobody" not in await _words(replace(CHANGE, was_agreed=True))
