"""Denied requests on the main screen: gathered, toasted, and the rows of the panel."""

import time
from typing import Any

from swarm.model import events
from swarm.model.task import State
from swarm.tui.backend import Doors, Options
from swarm.tui.present import net_tab, task_appearance
from swarm.tui.present.denials import DenialKey, DenialRow, DenialTracker
from swarm.tui.screens.dashboard.overview import Fleet

TOAST_SECONDS = 5.0
"""The least time between two toasts; the panel shows every row at once."""
ROWS_SHOWN = 50


class Denying(Fleet):
    """Follows the journal; what is decided is a subclass's."""

    def __init__(self, doors: Doors, options: Options, repo: str | None) -> None:
        super().__init__(doors, options, repo)
        self.denials = DenialTracker()
        self.later: set[DenialKey] = set()
        """Rows that the human put off."""
        self._toasted = 0.0
        self._untold = 0
        """New owner domains that no toast has told of yet."""
        self._seeded = False

    def seed(self) -> None:
        """What was denied before this view was opened is shown, and not toasted."""
        self.denials.follow(self.doors.queries.events.decisions())
        self._seeded = True
        self.draw_events()

    def took(self, recorded: list[events.Recorded]) -> None:
        """New events: gather denials, and toast the first of an owner domain."""
        if not self._seeded:
            return
        known = {task.id for task in self.tasks}
        for row in self.denials.follow(recorded):
            if row.task not in known:
                continue
            if time.monotonic() - self._toasted > TOAST_SECONDS:
                self._toast(f"⊘ {self.called(row)} → {row.name}  [!] decide")
                continue
            if not self._untold:
                self.set_timer(TOAST_SECONDS, self._toast_others)
            self._untold += 1

    def _toast(self, text: str) -> None:
        self._toasted = time.monotonic()
        self.app.notify(text, severity="warning", markup=False)

    def _toast_others(self) -> None:
        """One toast for all that came too soon after the last one."""
        more = "1 more host" if self._untold == 1 else f"{self._untold} more hosts"
        self._untold = 0
        self._toast(f"⊘ {more} denied  [!] decide")

    def panel_head(self) -> list[Any]:
        """The rows above the events."""
        alive = {task.id for task in self.tasks if task.state is State.LIVE}
        rows = self.denials.of(task.id for task in self.tasks)
        rows.sort(key=lambda row: row.task not in alive)
        return [
            net_tab.denied_line(row, self.called(row), row.task in alive)
            for row in rows[:ROWS_SHOWN]
        ]

    def waiting_rows(self) -> list[DenialRow]:
        """Undecided rows of tasks at work; those put off come last."""
        alive = (task.id for task in self.tasks if task.state is State.LIVE)
        rows = self.denials.undecided(alive)
        return sorted(rows, key=lambda row: row.where in self.later)

    def called(self, row: DenialRow) -> str:
        """The row's task, for a human."""
        task = next((task for task in self.tasks if task.id == row.task), None)
        return task_appearance.display_name(task, 40) if task else f"#{row.task}"
