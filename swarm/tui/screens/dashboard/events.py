"""Keeps the panel of events: what happened, the newest first."""

from collections import deque
from collections.abc import Mapping, Sequence

from textual.content import Content

from swarm.model import activity_text, event_text, events
from swarm.model.activity import DESTRUCTIVE, LOSS
from swarm.model.audit_query import Entry, Filter
from swarm.model.task import Task
from swarm.store.queries import Queries
from swarm.tui.present import task_appearance, task_detail
from swarm.tui.present.formatting import MUTED
from swarm.tui.widgets.cached_static import set_titles
from swarm.tui.widgets.line_view import LineView

EVENTS_SHOWN = 200
FLAGGED = Filter(verdict="flagged")


class EventPanel:
    """Owns the panel's widget; draws the rows of denials above its own."""

    def __init__(self, queries: Queries) -> None:
        self.lines = LineView(id="events")
        self.is_stale = True
        """True if something was read since the panel was drawn."""
        self._queries = queries
        self._rows: deque[Content] = deque(maxlen=EVENTS_SHOWN)
        self._losses: dict[tuple[object, ...], Content] = {}
        """The rows of losses, which may grow; by task, process and time."""
        self._last_event = self._last_action = -1

    def read(self, tasks: Sequence[Task]) -> list[events.Recorded]:
        """Read what was stored since the last reading, and return the events of it.

        SwarmError if the store cannot be read.
        """
        if self._last_event < 0:
            newest = self._queries.events.last_id()
            self._last_event = max(0, newest - 2 * EVENTS_SHOWN)
            self._last_action = self._queries.audit.last_action() - EVENTS_SHOWN
        recorded = self._queries.events.after(self._last_event)
        flagged_actions = self._queries.audit.actions_after(self._last_action, FLAGGED)
        names = {task.id: task_appearance.display_name(task) for task in tasks}
        entries = [Entry(event.at, event.task, event=event) for event in recorded]
        self._last_event = max([self._last_event, *(event.id for event in recorded)])
        self._last_action = max([self._last_action, *(a.id for a in flagged_actions)])
        for entry in sorted(entries + flagged_actions, key=lambda entry: entry.at):
            if entry.event:
                self._add_event(entry.event, names)
            else:
                self._add_action(entry, names)
        self.is_stale = self.is_stale or bool(recorded or flagged_actions)
        return recorded

    def draw(self, denial_rows: list[Content]) -> bool:
        """Draw the denials, then the events; returns whether there is anything."""
        rows = [*denial_rows, *self._rows]
        self.lines.set_lines(rows or [Content.styled(" none yet", MUTED)])
        denied = f"Denied {len(denial_rows)} · " if denial_rows else ""
        set_titles(self.lines, f"3 {denied}Events")
        self.is_stale = False
        return bool(rows)

    def _add_event(self, recorded: events.Recorded, names: Mapping[int, str]) -> None:
        """Keep the event unless it is of another repository.

        Denials have rows of their own above.
        """
        if isinstance(recorded.event, events.NetDenied):
            return
        text = event_text.describe(recorded.event)
        is_elsewhere = recorded.task is not None and recorded.task not in names
        if text and not is_elsewhere:
            name = names.get(recorded.task, "") if recorded.task else "swarm"
            self._rows.appendleft(task_detail.event_line(recorded.at, name, text))

    def _add_action(self, entry: Entry, names: Mapping[int, str]) -> None:
        """Keep a flagged action; the Files tab has the others."""
        action = entry.action
        if not (action and entry.task and entry.task in names):
            return
        words = activity_text.action_text(action)
        is_ruin = action.level == DESTRUCTIVE
        hint = "; z goes back" if is_ruin else ""
        tone = event_text.ERROR if is_ruin else event_text.WARNING
        text = ("⚑", f"{words}  {activity_text.reason_text(action)}{hint}", tone)
        row = task_detail.event_line(entry.at, names[entry.task], text)
        if action.op == LOSS:
            self._replace_loss((entry.task, action.pid, action.at), row)
        self._rows.appendleft(row)

    def _replace_loss(self, key: tuple[object, ...], row: Content) -> None:
        """Take the row away that told of the same loss when it was smaller."""
        if (smaller := self._losses.pop(key, None)) and smaller in self._rows:
            self._rows.remove(smaller)
        self._losses[key] = row
        if len(self._losses) > EVENTS_SHOWN:
            self._losses.pop(next(iter(self._losses)))
