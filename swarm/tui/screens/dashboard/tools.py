"""Adds what a task wants to its repository's `swarm.toml`, and starts it anew."""

import asyncio
from collections.abc import Callable, Sequence

from swarm.errors import SwarmError
from swarm.model import wanted_tools
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.model.wishes import Retry
from swarm.tui.backend import ToolsChange
from swarm.tui.dialogs import opening
from swarm.tui.messages import WishRequested
from swarm.tui.present import task_appearance
from swarm.tui.present.formatting import GOOD, WARNING
from swarm.tui.screens.base import KeyScreen


class Tools:
    """Asks on the screen it belongs to; nothing is written before a yes."""

    def __init__(
        self,
        screen: KeyScreen[None],
        change: Callable[[Task], ToolsChange],
        show_build: Callable[[Sequence[str]], None] = lambda _images: None,
    ) -> None:
        """`change` says what would be written; it blocks for git (SwarmError).

        `show_build` is called with the images that a retry has the keeper build.
        """
        self._screen = screen
        self._show_build = show_build
        self._change = change

    def disabled_reason(self, task: Task | None) -> str:
        """Why there is nothing to add for the task; empty if there is."""
        if task is None:
            return "no task is selected"
        if not wanted_tools.can_be_had(task.wants):
            return "it wants nothing that a stack or a package brings"
        return ""

    def open(self, task: Task) -> None:
        """Look what would be written, and ask."""
        self._screen.run_worker(
            self._ask(task), group="tools", exclusive=True, exit_on_error=False
        )

    async def _ask(self, task: Task) -> None:
        try:
            change = await asyncio.to_thread(self._change, task)
        except SwarmError as error:
            self._refuse(error)
            return
        if not change.lines:
            self._screen.say("swarm.toml has it already; f starts the task anew")
            return
        name = task_appearance.numbered_name(task, 40)
        self._screen.app.push_screen(
            opening.add_tools(name, change),
            lambda choice: self._answered(task, change, choice),
        )

    def _answered(self, task: Task, change: ToolsChange, choice: str | None) -> None:
        if choice is None:
            return
        self._screen.run_worker(
            self._write(task, change, choice == "retry"),
            group="tools",
            exit_on_error=False,
        )

    async def _write(self, task: Task, change: ToolsChange, retries: bool) -> None:
        try:
            await asyncio.to_thread(change.write)
        except SwarmError as error:
            self._refuse(error)
            return
        names = safe_line(", ".join(change.names), 60)
        self._screen.say(f"{names}: in swarm.toml for each next task; commit it", GOOD)
        if retries:
            builds = bool(change.image)
            wish = Retry(task.id, change.stacks, change.packages, build=builds)
            self._screen.post_message(WishRequested(wish))
            if builds:
                self._show_build([change.image])

    def _refuse(self, error: SwarmError) -> None:
        words = "; ".join(filter(None, (error.message, error.hint)))
        self._screen.say(safe_line(words), WARNING)
