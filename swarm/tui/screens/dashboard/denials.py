"""Announces denied requests: toasts, and rows above the events."""

import time
from collections.abc import Callable, Iterable, Sequence

from textual.content import Content

from swarm.model import events
from swarm.model.task import State, Task
from swarm.tui.present import net_tab, task_appearance
from swarm.tui.present.denials import DenialTracker

TOAST_SECONDS = 5.0
"""The least time between two toasts; the panel shows every row at once."""
ROWS_SHOWN = 50

SetTimer = Callable[[float, Callable[[], None]], object]


class Denials:
    """Follows the journal; toasts the first denial of each owner domain."""

    def __init__(
        self, tracker: DenialTracker, toast: Callable[[str], None], set_timer: SetTimer
    ) -> None:
        self._tracker = tracker
        self._toast_text = toast
        self._set_timer = set_timer
        self._toasted = 0.0
        self._unannounced = 0
        """New owner domains that no toast has named yet."""
        self._has_history = False

    def load_history(self, recorded: Iterable[events.Recorded]) -> None:
        """Take in what was denied before this view was opened, without a toast."""
        self._tracker.load(recorded)
        self._has_history = True

    def follow(
        self, recorded: Iterable[events.Recorded], tasks: Sequence[Task]
    ) -> None:
        """Take in new events; does nothing before the history is loaded."""
        if not self._has_history:
            return
        task_ids = {task.id for task in tasks}
        for row in self._tracker.follow(recorded):
            if row.task not in task_ids:
                continue
            if time.monotonic() - self._toasted > TOAST_SECONDS:
                name = task_appearance.name_of(row.task, tasks)
                self._toast(f"⊘ {name} → {row.name}  [!] decide")
                continue
            if not self._unannounced:
                self._set_timer(TOAST_SECONDS, self._toast_others)
            self._unannounced += 1

    def lines(self, tasks: Sequence[Task]) -> list[Content]:
        """The rows above the events, tasks at work first."""
        live = {task.id for task in tasks if task.state is State.LIVE}
        rows = self._tracker.rows_of(task.id for task in tasks)
        rows.sort(key=lambda row: row.task not in live)
        return [
            net_tab.denied_line(
                row, task_appearance.name_of(row.task, tasks), row.task in live
            )
            for row in rows[:ROWS_SHOWN]
        ]

    def _toast(self, text: str) -> None:
        self._toasted = time.monotonic()
        self._toast_text(text)

    def _toast_others(self) -> None:
        """One toast for all that came too soon after the last one."""
        hosts = "host" if self._unannounced == 1 else "hosts"
        text = f"⊘ {self._unannounced} more {hosts} denied  [!] decide"
        self._unannounced = 0
        self._toast(text)
